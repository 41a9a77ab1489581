-- Should a challenger take over?
-- Read: a row per challenger, at the newest review. 'better': F1 of the flags is better with
-- confidence (beats_probability) and by least_f1_difference, and the ranking is not worse. 'no
-- difference': whatever there is, it is less than counts. The accounts of
-- `n_caught_by_..._only` were lost, and only one of the two had flagged them. A higher AUC without
-- a higher F1 means that it ranks better but the bands' limits do not let it show.
-- Act: 'better' at three reviews in a row (`n_wins_in_last_3`): give it the role production in
-- seeds/policy/scorecards.csv. Reviews a month apart share eleven months of outcomes, so three are
-- not three proofs. 'no difference': keep the one that is easier to explain. 'not decided yet' is
-- no tie: keep what people know until the evidence is there.

with comparisons as (
    select * from {{ ref('fct_scorecard_comparisons') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by baseline, variant
            order by review_date desc
        ) as reviews_ago,
        count(case when decision = 'better' then 1 end) over (
            partition by baseline, variant
            order by review_date
            rows between 2 preceding and current row
        ) as n_wins_in_last_3
    from comparisons
),

final as (
    select
        variant,
        baseline,
        review_date,
        decision,
        n_wins_in_last_3,
        baseline_f1,
        variant_f1,
        f1_difference,
        f1_low,
        f1_high,
        f1_probability,
        baseline_auc,
        variant_auc,
        auc_difference,
        auc_low,
        auc_high,
        auc_probability,
        n_caught_by_baseline_only,
        n_caught_by_variant_only,
        mcnemar_p,
        n_accounts,
        n_churned_accounts,
        evidence
    from ranked
    where
        reviews_ago = 1
        -- the others were held against another scorecard, or are off
        and review_date = (select max(newest.review_date) from comparisons as newest)
)

select * from final
order by f1_probability desc nulls last, variant asc
