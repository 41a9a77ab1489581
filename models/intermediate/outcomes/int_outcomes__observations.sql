{{ config(
    materialized='incremental',
    incremental_strategy='window',
    on_schema_change='append_new_columns',
    full_refresh=var('restate_history'),
    meta={'is_published': true},
) }}

with dimension_days as (
    select * from {{ ref('int_metrics__dimension_days') }}
),

spine as (
    select * from {{ ref('int_spine__account_days') }}
    where {{ in_window('as_of_date') }}
),

-- in the grace days after a term it is the renewal that is open, not the future
final as (
    select
        spine.account_id,
        spine.as_of_date,
        spine.segment,
        spine.lifecycle_stage,
        spine.tenure_days,
        spine.arr,
        {% for dimension in dimensions() %}
            dimension_days.{{ dimension }}_score{% if not loop.last %},{% endif %}
        {% endfor %}
    from spine
    inner join dimension_days
        on
            spine.account_id = dimension_days.account_id
            and spine.as_of_date = dimension_days.as_of_date
    where spine.is_in_service and {{ is_month_end('spine.as_of_date') }}
)

select * from final
