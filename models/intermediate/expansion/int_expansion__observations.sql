{#- Accounts in service at month ends and on the newest day, how they stood, and whether they paid
    more 180 days later. -#}

with month_ends as (
    select * from {{ ref('int_outcomes__observations') }}
),

dimension_days as (
    select * from {{ ref('int_metrics__dimension_days') }}
),

spine as (
    select * from {{ ref('int_spine__account_days') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

newest as (
    select dimension_days.*
    from dimension_days
    inner join clock on dimension_days.as_of_date = clock.as_of_date
    where not ({{ is_month_end('dimension_days.as_of_date') }})
),

observed as (
    select
        account_id,
        as_of_date,
        {% for dimension in dimensions() %}
            {{ dimension }}_score{% if not loop.last %},{% endif %}
        {% endfor %}
    from month_ends
    union all
    select
        account_id,
        as_of_date,
        {% for dimension in dimensions() %}
            {{ dimension }}_score{% if not loop.last %},{% endif %}
        {% endfor %}
    from newest
),

-- on a weekly grid the first day from then on
later as (
    select
        observed.account_id,
        observed.as_of_date,
        min_by(spine.arr, spine.as_of_date) as arr
    from observed
    inner join spine
        on
            observed.account_id = spine.account_id
            and spine.is_in_service
            and spine.as_of_date between {{ add_days('observed.as_of_date', 180) }}
            and {{ add_days('observed.as_of_date', 186) }}
    group by observed.account_id, observed.as_of_date
),

final as (
    select
        observed.account_id,
        observed.as_of_date,
        {{ add_days('observed.as_of_date', 186) }} as matured_date,
        {% for dimension in dimensions() %}
            observed.{{ dimension }}_score as {{ dimension }},
        {% endfor %}
        case when spine.days_to_renewal between 0 and 180 then 1.0 else 0.0 end as renews,
        ln(1 + greatest(coalesce(spine.tenure_days, 0), 0) / 365.25) as tenure,
        case
            when clock.as_of_date < {{ add_days('observed.as_of_date', 186) }} then null
            -- in service at a price that is not known; who has left has not expanded
            when later.account_id is not null and later.arr is null then null
            when later.arr > spine.arr * (1 + thresholds.least_expansion_share) then 1
            else 0
        end as is_expanded
    from observed
    cross join clock
    cross join thresholds
    inner join spine
        on
            observed.account_id = spine.account_id
            and observed.as_of_date = spine.as_of_date
            and spine.is_in_service
            and spine.arr > 0
    left join later
        on
            observed.account_id = later.account_id
            and observed.as_of_date = later.as_of_date
)

select * from final
