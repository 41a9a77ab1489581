{#- Why a score is not what it was. Each dimension's points are its share of the weight times its
    score; a change of one counts at the mean of the other, so that nothing is left over. -#}

with parts as (
    select * from {{ ref('int_scoring__parts') }}
),

past_scores as (
    select * from {{ ref('int_scoring__past_dimension_scores') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

pasts as (
    select distinct
        account_id,
        change_days,
        past_date
    from past_scores
),

-- a dimension's share today, then, and then under today's weights
shares as (
    select
        pasts.account_id,
        pasts.change_days,
        pasts.past_date,
        today.as_of_date,
        today.scorecard,
        today.dimension,
        today.policy_version = past.policy_version as is_same_policy,
        today.is_known and past.is_known as is_known,
        coalesce(today.score_used, past.score_used, 0) as score,
        coalesce(past.score_used, today.score_used, 0) as past_score,
        today.health_score - today.health_score_unrounded
        - (past.health_score - past.health_score_unrounded) as rounding_points,
        today.weight * today.weight_kept
        / sum(today.weight * today.weight_kept) over account_dimensions as weight_share,
        past.weight * past.weight_kept
        / sum(past.weight * past.weight_kept) over account_dimensions as past_share,
        today.weight * past.weight_kept
        / nullif(sum(today.weight * past.weight_kept) over account_dimensions, 0)
            as past_share_under_todays_weights
    from pasts
    cross join clock
    inner join parts as today
        on pasts.account_id = today.account_id and clock.as_of_date = today.as_of_date
    inner join parts as past
        on
            pasts.account_id = past.account_id
            and pasts.past_date = past.as_of_date
            and today.scorecard = past.scorecard
            and today.dimension = past.dimension
    window account_dimensions as (partition by pasts.account_id, pasts.change_days)
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
