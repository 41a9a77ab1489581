{#- Accounts in service at month ends and on the newest day, how they stood, and what they did in
    the 180 days after: pay more, give a reference. -#}

with month_ends as (
    select * from {{ ref('int_outcomes__observations') }}
),

dimension_days as (
    select * from {{ ref('int_metrics__dimension_days') }}
),

spine as (
    select * from {{ ref('int_spine__account_days') }}
),

contracts as (
    select * from {{ ref('int_contracts__spans') }}
),

customer_references as (
    select * from {{ ref('stg_crm__references') }}
    where given_date is not null and coalesce(status, 'given') = 'given'
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

-- days before references were recorded do not say that none was given; and a single one of long
-- ago, entered today, does not say that they were recorded then
counted_references as (
    select
        known_date,
        count(*) over (
            order by {{ day_number('known_date') }}
            range between {{ policy_number('source_longest_gap_days') }} preceding and current row
        ) as n_recent
    from customer_references
),

recorded as (
    select min(known_date) as recorded_from
    from counted_references
    where n_recent >= {{ policy_number('source_carrying_rows') }}
),

-- who has left gives none as a customer, whatever is written about us
given as (
    select
        customer_references.account_id,
        customer_references.given_date,
        customer_references.known_date
    from customer_references
    inner join contracts
        on
            customer_references.account_id = contracts.account_id
            and customer_references.given_date >= contracts.from_date
            and (
                contracts.until_date is null
                or customer_references.given_date < contracts.until_date
            )
),

-- an outcome counts by its own day; what is looked at, from the day on which it was known
references_near as (
    select
        observed.account_id,
        observed.as_of_date,
        min(case when given.given_date > observed.as_of_date then given.known_date end)
            as known_date,
        max(
            case
                when
                    given.given_date <= observed.as_of_date
                    and given.known_date <= observed.as_of_date
                    then 1
                else 0
            end
        ) as gave_before
    from observed
    inner join given
        on
            observed.account_id = given.account_id
            and given.given_date > {{ add_days('observed.as_of_date', -365) }}
            and given.given_date <= {{ add_days('observed.as_of_date', 180) }}
    group by observed.account_id, observed.as_of_date
),

final as (
    select
        observed.account_id,
        observed.as_of_date,
        {{ add_days('observed.as_of_date', 186) }} as matured_date,
        coalesce(spine.arr > 0, false) as is_paying,
        {% for dimension in dimensions() %}
            observed.{{ dimension }}_score as {{ dimension }},
        {% endfor %}
        case when spine.days_to_renewal between 0 and 180 then 1.0 else 0.0 end as renews,
        ln(1 + greatest(coalesce(spine.tenure_days, 0), 0) / 365.25) as tenure,
        case
            when observed.as_of_date >= recorded.recorded_from
                then cast(coalesce(references_near.gave_before, 0) as double)
        end as advocated,
        case
            when clock.as_of_date < {{ add_days('observed.as_of_date', 186) }} then null
            when not coalesce(spine.arr > 0, false) then null
            -- in service at a price that is not known; who has left has not expanded
            when later.account_id is not null and later.arr is null then null
            when later.arr > spine.arr * (1 + thresholds.least_expansion_share) then 1
            else 0
        end as is_expanded,
        case
            when clock.as_of_date < {{ add_days('observed.as_of_date', 186) }} then null
            when observed.as_of_date >= recorded.recorded_from
                then case when references_near.known_date is null then 0 else 1 end
        end as is_advocate,
        references_near.known_date as advocate_known_date
    from observed
    cross join clock
    cross join thresholds
    cross join recorded
    inner join spine
        on
            observed.account_id = spine.account_id
            and observed.as_of_date = spine.as_of_date
            and spine.is_in_service
    left join later
        on
            observed.account_id = later.account_id
            and observed.as_of_date = later.as_of_date
    left join references_near
        on
            observed.account_id = references_near.account_id
            and observed.as_of_date = references_near.as_of_date
)

select * from final
