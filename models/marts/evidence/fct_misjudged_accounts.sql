with outcomes as (
    select * from {{ ref('int_evidence__scored_outcomes') }}
),

metrics as (
    select * from {{ ref('int_scoring__explained_metrics') }}
    where metric_score is not null
),

production as (
    select * from {{ ref('scorecards') }}
    where role = 'production'
),

-- itself or the mean that it works on; some methods have no weights
weighing as (
    select scorecards.*
    from {{ ref('scorecards') }} as scorecards
    inner join production
        on
            scorecards.scorecard = case
                when production.method in ('percentile', 'portfolio_percentile', 'hybrid')
                    then production.starts_from
                else production.scorecard
            end
),

weights as (
    select in_force.*
    from {{ ref('int_weights__in_force') }} as in_force
    inner join weighing on in_force.scorecard = weighing.scorecard
),

segments as (
    select segments.*
    from {{ ref('int_weights__segments') }} as segments
    inner join weighing on segments.segmentation = weighing.weights_by
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

judged as (
    select
        outcomes.*,
        coalesce(segments.segment, outcomes.segment) as weights_segment,
        case
            when outcomes.is_flagged and not outcomes.is_churned then 'false positive'
            when not outcomes.is_flagged and outcomes.is_churned then 'false negative'
        end as error_type
    from outcomes
    inner join thresholds on outcomes.horizon_days = thresholds.fit_horizon_days
    inner join production on outcomes.scorecard = production.scorecard
    left join segments
        on
            outcomes.account_id = segments.account_id
            and outcomes.as_of_date = segments.as_of_date
),

-- how accounts that stayed looked in the month; rounded, since sums depend on the order of rows
stayed as (
    select
        as_of_date,
        {% for dimension in dimensions() %}
            round(avg({{ dimension }}_score), 6) as {{ dimension }}_mean,
            round(stddev_pop({{ dimension }}_score), 6)
                as {{ dimension }}_spread{% if not loop.last %},{% endif %}
        {% endfor %}
    from judged
    where not is_churned
    group by as_of_date
),

standings as (
    {% for dimension in dimensions() %}
        select
            judged.account_id,
            judged.as_of_date,
            judged.error_type,
            '{{ dimension }}' as dimension,
            judged.{{ dimension }}_score as dimension_score,
            stayed.{{ dimension }}_mean as stayed_mean,
            weights.{{ dimension }}_weight as weight,
            (judged.{{ dimension }}_score - stayed.{{ dimension }}_mean)
            / nullif(stayed.{{ dimension }}_spread, 0) as standing
        from judged
        inner join stayed on judged.as_of_date = stayed.as_of_date
        left join weights
            on
                judged.as_of_date >= weights.valid_from
                and (weights.valid_until is null or judged.as_of_date < weights.valid_until)
                and judged.weights_segment = weights.segment
        where judged.error_type is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- warning missed: the dimension that stood lowest; false warning: what took most from the score
ranked as (
    select
        *,
        row_number() over (
            partition by account_id, as_of_date
            order by
                case
                    when error_type = 'false negative' then standing
                    else (dimension_score - stayed_mean) * coalesce(weight, 1)
                end,
                dimension
        ) as dimension_rank
    from standings
    where standing is not null
),

lowest_metrics as (
    select
        metrics.account_id,
        metrics.as_of_date,
        metrics.metric,
        metrics.metric_value,
        metrics.metric_score,
        row_number() over (
            partition by metrics.account_id, metrics.as_of_date
            order by
                (100 - metrics.metric_score) * metrics.share_of_dimension desc,
                metrics.metric asc
        ) as metric_rank
    from metrics
    inner join ranked
        on
            metrics.account_id = ranked.account_id
            and metrics.as_of_date = ranked.as_of_date
            and metrics.dimension = ranked.dimension
            and ranked.dimension_rank = 1
),

final as (
    select
        judged.account_id,
        judged.as_of_date,
        judged.scorecard,
        judged.weights_version,
        judged.segment,
        judged.error_type,
        judged.health_score,
        judged.band,
        judged.arr,
        judged.churned_date,
        ranked.dimension as signal_dimension,
        ranked.dimension_score as signal_score,
        ranked.stayed_mean as signal_mean_of_stayed,
        ranked.standing as signal_standing,
        ranked.weight as signal_weight,
        lowest_metrics.metric as signal_metric,
        lowest_metrics.metric_value as signal_metric_value,
        lowest_metrics.metric_score as signal_metric_score,
        case
            when ranked.standing is null then 'no dimension was known'
            when
                judged.error_type = 'false negative'
                and ranked.standing > -thresholds.low_standing_spreads
                then 'no dimension stood low: the cause is not in the data'
            when judged.error_type = 'false negative' and ranked.weight is null
                then ranked.dimension || ' stood low, and the scorecard goes by no dimensions'
            when
                judged.error_type = 'false negative'
                and ranked.weight < 100.0 / {{ dimensions() | length }}
                then ranked.dimension || ' stood low, and weighs little'
            when judged.error_type = 'false negative'
                then ranked.dimension || ' stood low, and the other dimensions made up for it'
            else ranked.dimension || ' stood low, and the account stayed'
        end as explanation
    from judged
    cross join thresholds
    left join ranked
        on
            judged.account_id = ranked.account_id
            and judged.as_of_date = ranked.as_of_date
            and ranked.dimension_rank = 1
    left join lowest_metrics
        on
            judged.account_id = lowest_metrics.account_id
            and judged.as_of_date = lowest_metrics.as_of_date
            and lowest_metrics.metric_rank = 1
    where judged.error_type is not null
)

select * from final
