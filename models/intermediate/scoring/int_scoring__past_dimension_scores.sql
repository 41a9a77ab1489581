{#- What the dimension scores of 30 and 90 days ago would be under today's curves and weights of
    metrics: what is left of a change is then the customer's. -#}
{% set changes_days = var('changes_days') %}

with past_values as (
    select * from {{ ref('int_scoring__past_values') }}
),

past_days as (
    select * from {{ ref('int_scoring__past_days') }}
),

policy as (
    select * from {{ ref('int_feeds__metrics') }}
),

curves as (
    select * from {{ ref('int_policy__metric_curves') }}
),

metric_values as (
    {% for days in changes_days %}
        select
            account_id,
            metric,
            {{ days }} as change_days,
            value_{{ days }}d_ago as metric_value
        from past_values
        where value_{{ days }}d_ago is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- the last knot at or below the value, else the first
metric_scores as (
    select
        past_days.account_id,
        past_days.change_days,
        past_days.past_date,
        metric_values.metric,
        max_by(
            curves.score
            + greatest(metric_values.metric_value - curves.at_value, 0) * curves.slope,
            case when curves.at_value <= metric_values.metric_value then curves.knot else 0 end
        ) as metric_score
    from past_days
    inner join metric_values
        on
            past_days.account_id = metric_values.account_id
            and past_days.change_days = metric_values.change_days
    inner join curves
        on
            past_days.segment = curves.segment
            and past_days.lifecycle_stage = curves.lifecycle_stage
            and metric_values.metric = curves.metric
            and (metric_values.metric_value >= curves.at_value or curves.knot = 1)
    group by
        past_days.account_id,
        past_days.change_days,
        past_days.past_date,
        metric_values.metric
),

final as (
    select
        metric_scores.account_id,
        metric_scores.change_days,
        metric_scores.past_date,
        policy.dimension,
        -- in decimals, whose sum is the same in any order of rows
        cast(
            sum(cast(policy.weight * metric_scores.metric_score as decimal(38, 12))) as double
        ) / nullif(sum(policy.weight), 0) as dimension_score
    from metric_scores
    inner join policy on metric_scores.metric = policy.metric
    group by
        metric_scores.account_id,
        metric_scores.change_days,
        metric_scores.past_date,
        policy.dimension
)

select * from final
