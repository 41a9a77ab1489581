-- Did the renewals of the last 90 days come as scored?
-- Read: a row per outcome and band 60 days before the end of the term. Churn and contraction should
-- come from low bands, expansion from high ones. `n_flagged_90d_before` says how many of them were
-- flagged a month earlier still. 'not scored': no score then, such as a term shorter than 60 days,
-- or known later.
-- Act: churned from healthy: read these accounts in what_did_we_miss_last_quarter. Much 'not
-- scored': the score cannot serve renewals as they are; terms are too short or arrive too late.

with renewals as (
    select * from {{ ref('fct_renewal_validation') }}
),

final as (
    select
        outcome,
        coalesce(band_60d_before, 'not scored') as band_60d_before,
        count(*) as n_renewals,
        count(*) / sum(count(*)) over (partition by outcome) as share_of_outcome,
        avg(health_score_60d_before) as health_score_60d_before_mean,
        avg(health_score_90d_before) as health_score_90d_before_mean,
        count(case when was_flagged_60d_before then 1 end) as n_flagged_60d_before,
        count(case when was_flagged_90d_before then 1 end) as n_flagged_90d_before,
        count(case when not is_voluntary then 1 end) as n_involuntary,
        sum(arr_before) as arr_before,
        sum(arr_after) as arr_after
    from renewals
    group by outcome, coalesce(band_60d_before, 'not scored')
)

select * from final
order by outcome, health_score_60d_before_mean nulls last, band_60d_before
