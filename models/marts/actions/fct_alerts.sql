{#- Triggers that are worth a message, and which of them the owner's week has room for. -#}

with fired as (
    select * from {{ ref('fct_playbook_triggers') }}
    where not coalesce(is_held_out, false)
),

triggers as (
    select * from {{ ref('triggers') }}
    where is_alert or is_instant
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

placed as (
    select
        fired.*,
        triggers.is_instant,
        cast({{ dbt.date_trunc('week', 'fired.as_of_date') }} as date) as week_start_date,
        row_number() over (
            partition by fired.csm_owner_id, {{ dbt.date_trunc('week', 'fired.as_of_date') }}
            order by
                fired.as_of_date asc,
                triggers.is_instant desc,
                fired.expected_arr_loss_90d desc nulls last,
                fired.account_id asc,
                fired.trigger asc
        ) as place
    from fired
    inner join triggers on fired.trigger = triggers.trigger
),

final as (
    select
        placed.trigger || '/' || placed.account_id || '/'
        || cast(placed.as_of_date as varchar) as alert_id,
        placed.account_id,
        placed.as_of_date,
        placed.trigger,
        placed.playbook,
        placed.sentence,
        placed.csm_owner_id,
        placed.week_start_date,
        placed.place,
        placed.is_instant or placed.place <= thresholds.alerts_per_csm_and_week as is_told
    from placed
    cross join thresholds
)

select * from final
