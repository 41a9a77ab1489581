-- what the latest review says of the scorecard that decides, and how early it flagged
select
    labels.*,
    leads.n_churned,
    leads.n_flagged as n_churned_flagged,
    leads.lead_days_median,
    leads.caught_in_time_share,
    leads.caught_early_share
from marts.fct_score_labels as labels
left join marts.rpt_lead_times as leads on labels.scorecard = leads.scorecard
where
    labels.scorecard = getvariable('scorecard')
    and labels.review_date = (select max(review_date) from marts.fct_score_labels)
