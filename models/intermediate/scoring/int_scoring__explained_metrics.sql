{#- Wide to compute, long to explain: every metric, for the dates on which people look (the newest
    date and month ends), known or not; those without weight as well, so that they can be held
    against outcomes. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='window',
    on_schema_change='append_new_columns',
    full_refresh=var('restate_history'),
    meta={'is_published': true},
) }}

with account_days as (
    select * from {{ ref('int_spine__account_days') }}
    where {{ in_window('as_of_date') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

policy as (
    select * from {{ ref('int_feeds__metrics') }}
),

dates as (
    select distinct account_days.as_of_date
    from account_days
    cross join clock
    where
        account_days.as_of_date = clock.as_of_date
        or {{ is_month_end('account_days.as_of_date') }}
),

{% for dimension in dimensions() -%}
    {{ dimension }} as (
        select
            metrics.account_id,
            metrics.as_of_date,
            policy.*,
            {% for column, value in [
                ('metric_value', 'metrics.{m}'),
                ('metric_score', 'scores.{m}__score'),
                ('is_not_applicable', 'metrics.{m}__is_not_applicable'),
            ] -%}
                case policy.metric
                    {% for metric in metrics_of(dimension) -%}
                        when '{{ metric }}' then {{ value | replace('{m}', metric) }}
                    {% endfor -%}
                end as {{ column }},
            {% endfor -%}
            scores.{{ dimension }}_score as dimension_score
        from {{ ref('int_' ~ dimension ~ '__metrics') }} as metrics
        inner join {{ ref('int_' ~ dimension ~ '__scores') }} as scores
            on metrics.account_id = scores.account_id and metrics.as_of_date = scores.as_of_date
        inner join policy on policy.dimension = '{{ dimension }}'
        where
            {{ in_window('metrics.as_of_date') }}
            and metrics.as_of_date in (select dates.as_of_date from dates)
    ),

{% endfor -%}
explained as (
    {% for dimension in dimensions() -%}
        select * from {{ dimension }}
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

final as (
    select
        account_id,
        as_of_date,
        dimension,
        metric,
        feed,
        unit,
        metric_value,
        metric_score,
        weight as metric_weight,
        case
            when metric_score is not null
                then
                    weight / sum(case when metric_score is not null then weight end) over (
                        partition by account_id, as_of_date, dimension
                    )
            else 0
        end as share_of_dimension,
        as_of_date >= usable_from as is_connected,
        dimension_score,
        case
            when metric_value is not null then 'known'
            when is_not_applicable then 'not applicable'
            else 'unknown'
        end as metric_status
    from explained
)

select * from final
