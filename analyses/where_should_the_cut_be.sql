-- Where should the cut be, below which an account is flagged?
-- Read: a row per possible cut of the production score, by a year of outcomes. precision, recall
-- and specificity are what flagging all below it would have given; `is_best_cut` has the highest
-- youden (recall + specificity - 1), which weighs a share of the lost like the same share of those
-- that stayed, who are many more. The last columns say how many customers it flags today.
-- Act: choose the cut whose n_flagged_today your team can work and whose recall is worth it - the
-- best cut by youden is often more work than there are people. Then set the upper bound of the
-- flagged bands in seeds/policy/bands.csv. The cut is chosen and measured on the same accounts:
-- expect a little less of it, and look again in a quarter.

with ranges as (
    select * from {{ ref('fct_retention_by_score') }}
    where score = 'health_score'
),

weights as (
    select * from {{ ref('fct_dimension_weights') }}
    where scorecard_role = 'production'
),

today as (
    select * from {{ ref('account_health') }}
    where customer_status = 'customer' and band <> 'insufficient data'
),

newest as (
    select
        *,
        sum(n) over (order by range_low) / sum(n) over () as flagged_share
    from ranges
    where
        review_date = (select max(reviews.review_date) from ranges as reviews)
        and scorecard in (select weights.scorecard from weights)
),

final as (
    select
        newest.scorecard,
        newest.review_date,
        newest.range_high as flag_below,
        newest.is_best_cut,
        newest.precision_below,
        newest.recall_below,
        newest.specificity_below,
        newest.youden_below,
        newest.flagged_share,
        1 - newest.retention as churn_share_in_range,
        1 - newest.high as churn_share_low,
        1 - newest.low as churn_share_high,
        newest.n_accounts as n_accounts_in_range,
        count(today.account_id) as n_flagged_today,
        coalesce(sum(today.arr), 0) as arr_flagged_today
    from newest
    left join today on newest.range_high > today.health_score
    group by all
)

select * from final
where flag_below < 100
order by flag_below
