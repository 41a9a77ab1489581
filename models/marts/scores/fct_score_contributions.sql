{{ config(
    materialized='incremental',
    incremental_strategy='window',
    on_schema_change='append_new_columns',
    full_refresh=var('restate_history'),
    meta={'is_published': true},
) }}

with health_scores as (
    select * from {{ ref('int_scoring__health_scores') }}
),

metrics as (
    select * from {{ ref('int_scoring__explained_metrics') }}
    where {{ in_window('as_of_date') }}
),

parts_of_methods as (
    select * from {{ ref('int_scoring__method_parts') }}
),

explained_dates as (
    select distinct
        account_id,
        as_of_date
    from metrics
),

explained_scores as (
    select health_scores.*
    from health_scores
    inner join explained_dates
        on
            health_scores.account_id = explained_dates.account_id
            and health_scores.as_of_date = explained_dates.as_of_date
),

-- each dimension's place in each score: one row per scorecard, account, date and dimension
dimension_parts as (
    {% for dimension in dimensions() %}
        select
            scorecard,
            account_id,
            as_of_date,
            weights_version,
            '{{ dimension }}' as dimension,
            {{ dimension }}_score as dimension_score,
            {{ dimension }}_score_used as score_used,
            case
                when {{ dimension }}_score_used is null then 0
                else {{ dimension }}_weight_left / nullif(used_weight, 0)
            end as dimension_share
        from explained_scores
        where {{ dimension }}_weight_left > 0 and health_score is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

metric_parts as (
    select
        dimension_parts.scorecard,
        dimension_parts.account_id,
        dimension_parts.as_of_date,
        'metric' as component_type,
        dimension_parts.dimension,
        metrics.metric as component,
        metrics.metric_value,
        metrics.unit,
        metrics.metric_score as score,
        dimension_parts.dimension_share * metrics.share_of_dimension as weight_share,
        metrics.metric_score is not null as is_known,
        metrics.metric_status as status,
        dimension_parts.weights_version
    from dimension_parts
    inner join metrics
        on
            dimension_parts.account_id = metrics.account_id
            and dimension_parts.as_of_date = metrics.as_of_date
            and dimension_parts.dimension = metrics.dimension
    where metrics.is_connected and metrics.metric_weight > 0
),

imputed_parts as (
    select
        scorecard,
        account_id,
        as_of_date,
        'imputed dimension' as component_type,
        dimension,
        dimension || '_peer_median' as component,
        cast(null as double) as metric_value,
        cast(null as varchar) as unit,
        score_used as score,
        dimension_share as weight_share,
        false as is_known,
        'unknown' as status,
        weights_version
    from dimension_parts
    where dimension_score is null and score_used is not null
),

own_parts as (
    select
        scorecard,
        account_id,
        as_of_date,
        component_type,
        dimension,
        component,
        metric_value,
        unit,
        score,
        weight_share,
        is_known,
        status,
        cast(null as varchar) as weights_version
    from parts_of_methods
),

-- a method that works on a mean: this row carries what it made of it
method_parts as (
    select
        scorecard,
        account_id,
        as_of_date,
        'method' as component_type,
        cast(null as varchar) as dimension,
        'method' as component,
        cast(null as double) as metric_value,
        cast(null as varchar) as unit,
        health_score_unrounded - score_before as score,
        1.0 as weight_share,
        true as is_known,
        'known' as status,
        weights_version
    from explained_scores
    where health_score is not null and score_before is not null
),

-- the published score is rounded: this row carries what the rounding added
rounding_parts as (
    select
        scorecard,
        account_id,
        as_of_date,
        'rounding' as component_type,
        cast(null as varchar) as dimension,
        'rounding' as component,
        cast(null as double) as metric_value,
        cast(null as varchar) as unit,
        health_score - health_score_unrounded as score,
        1.0 as weight_share,
        true as is_known,
        'known' as status,
        weights_version
    from explained_scores
    where health_score is not null
),

parts as (
    select * from metric_parts
    union all
    select * from own_parts
    union all
    select * from method_parts
    union all
    select * from imputed_parts
    union all
    select * from rounding_parts
),

final as (
    select
        scorecard,
        account_id,
        as_of_date,
        component_type,
        dimension,
        component,
        metric_value,
        unit,
        score,
        weight_share,
        coalesce(score * weight_share, 0) as contribution,
        case
            when component_type not in ('rounding', 'method')
                then coalesce((100 - score) * weight_share, 0)
        end as points_lost,
        is_known,
        weights_version,
        status
    from parts
)

select * from final
