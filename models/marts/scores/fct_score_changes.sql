{#- Why a score is not what it was. Each dimension's points are its share of the weight times its
    score; a change of one counts at the mean of the other, so that nothing is left over. -#}

with parts as (
    select * from {{ ref('int_scoring__parts') }}
),

past_scores as (
    select * from {{ ref('int_scoring__past_dimension_scores') }}
),

past_days as (
    select * from {{ ref('int_scoring__past_days') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

-- what each dimension counted with today, then, and then under today's weights
paired as (
    select
        past_days.account_id,
        past_days.change_days,
        past_days.past_date,
        today.as_of_date,
        today.scorecard,
        today.dimension,
        today.policy_version = past.policy_version as is_same_policy,
        today.is_known and past.is_known as is_known,
        coalesce(today.score_used, past.score_used, 0) as score,
        coalesce(past.score_used, today.score_used, 0) as past_score,
        today.health_score - today.health_score_unrounded
        - (past.health_score - past.health_score_unrounded) as rounding_points,
        today.weight * today.weight_kept as counted,
        past.weight * past.weight_kept as past_counted,
        today.weight * past.weight_kept as past_counted_under_todays_weights
    from past_days
    cross join clock
    inner join parts as today
        on past_days.account_id = today.account_id and clock.as_of_date = today.as_of_date
    inner join parts as past
        on
            past_days.account_id = past.account_id
            and past_days.past_date = past.as_of_date
            and today.scorecard = past.scorecard
            and today.dimension = past.dimension
),

-- added up in one order, so that every build gives the same to the last digit
totals as (
    select
        account_id,
        change_days,
        {% for column in ['counted', 'past_counted', 'past_counted_under_todays_weights'] %}
            {% for dimension in dimensions() -%}
                max(case when dimension = '{{ dimension }}' then {{ column }} else 0 end)
                {{ '+' if not loop.last }}
            {% endfor %} as all_{{ column }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from paired
    group by account_id, change_days
),

shares as (
    select
        paired.*,
        paired.counted / totals.all_counted as weight_share,
        paired.past_counted / totals.all_past_counted as past_share,
        paired.past_counted_under_todays_weights
        / nullif(totals.all_past_counted_under_todays_weights, 0)
            as past_share_under_todays_weights
    from paired
    inner join totals
        on
            paired.account_id = totals.account_id
            and paired.change_days = totals.change_days
),

compared as (
    select
        shares.*,
        coalesce(shares.past_share_under_todays_weights, shares.past_share) as shared_out,
        case
            when shares.is_same_policy or not shares.is_known then shares.past_score
            else coalesce(past_scores.dimension_score, shares.past_score)
        end as past_score_under_todays_policy
    from shares
    left join past_scores
        on
            shares.account_id = past_scores.account_id
            and shares.change_days = past_scores.change_days
            and shares.dimension = past_scores.dimension
),

causes as (
    select
        *,
        'customer' as cause,
        (weight_share + past_share) / 2
        * case when is_known then score - past_score_under_todays_policy else 0 end as points
    from compared
    union all
    select
        *,
        'policy' as cause,
        (weight_share + past_share) / 2
        * case when is_known then past_score_under_todays_policy - past_score else 0 end as points
    from compared
    union all
    select
        *,
        'weights' as cause,
        (score + past_score) / 2 * (shared_out - past_share) as points
    from compared
    union all
    select
        *,
        'missing data' as cause,
        (score + past_score) / 2 * (weight_share - shared_out)
        + (weight_share + past_share) / 2 * case when is_known then 0 else score - past_score end
            as points
    from compared
),

rounded as (
    select distinct
        account_id,
        as_of_date,
        change_days,
        past_date,
        scorecard,
        'rounding' as cause,
        'all' as dimension,
        rounding_points as points
    from compared
),

final as (
    select
        account_id,
        as_of_date,
        change_days,
        past_date,
        scorecard,
        cause,
        dimension,
        points
    from causes
    where points <> 0
    union all
    select
        account_id,
        as_of_date,
        change_days,
        past_date,
        scorecard,
        cause,
        dimension,
        points
    from rounded
    where points <> 0
)

select * from final
