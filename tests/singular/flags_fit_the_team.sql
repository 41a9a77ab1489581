-- Where too many are flagged nobody is: a team acts on the accounts that it has time for.
{{ config(severity='warn') }}

{% set too_many %}
    select
        scores.scorecard,
        count(*) as n_customers,
        count(case when scores.is_flagged then 1 end) as n_flagged,
        max(thresholds.largest_flagged_share) as largest_share
    from {{ ref('fct_health_scores') }} as scores
    inner join {{ ref('stg_calendar__clock') }} as clock on scores.as_of_date = clock.as_of_date
    cross join {{ ref('int_policy__thresholds') }} as thresholds
    where scores.scorecard_role = 'production'
    group by scores.scorecard
    having
        count(case when scores.is_flagged then 1 end)
        > max(thresholds.largest_flagged_share) * count(*)
{% endset %}

{{ warn_of_rows(
    "select n_flagged || ' of ' || n_customers || ' customers are flagged, more than the share of '"
    ~ " || largest_share || ' that largest_flagged_share allows. Fix: lower the limits of flagged"
    ~ " bands in seeds/policy/bands.csv (of fitted ones fitted_flagged_share in thresholds.csv), or"
    ~ " raise that share.'"
    ~ " from (" ~ too_many ~ ") as too_many"
) }}
{{ too_many }}
