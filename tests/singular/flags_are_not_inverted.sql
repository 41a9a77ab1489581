-- Accounts that are flagged must not churn less than the others: a score that points
-- the wrong way is worse than none. Speaks of the newest review.
{{ config(severity='warn') }}

with labels as (
    select * from {{ ref('fct_score_labels') }}
),

newest as (
    select max(review_date) as review_date from labels
)

select
    labels.scorecard,
    labels.review_date,
    labels.inverted_alarm,
    labels.flagged_churn_share,
    labels.unflagged_churn_share
from labels
inner join newest on labels.review_date = newest.review_date
where labels.inverted_alarm in ('alarm', 'watch')
