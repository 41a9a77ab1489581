{#- On a weekly grid the last row before that many days counts, as for the changes of a score. -#}

with account_days as (
    select * from {{ ref('int_spine__account_days') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

final as (
    {% for days in var('changes_days') %}
        select
            account_days.account_id,
            {{ days }} as change_days,
            max(account_days.as_of_date) as past_date,
            max_by(account_days.segment, account_days.as_of_date) as segment,
            max_by(account_days.lifecycle_stage, account_days.as_of_date) as lifecycle_stage
        from account_days
        cross join clock
        where
            account_days.as_of_date
            between {{ add_days('clock.as_of_date', -days - 6) }}
            and {{ add_days('clock.as_of_date', -days) }}
        group by account_days.account_id
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
