-- weights in force of the scorecard that decides
select
    segment,
    dimension,
    weight,
    correlation,
    correlation_low,
    correlation_high,
    somers_d,
    n_accounts,
    n_churned_accounts,
    basis,
    strength_verdict,
    coalesce(note, fallback_reason) as note,
    valid_from
from marts.fct_dimension_weights
where
    scorecard = getvariable('scorecard')
    and coalesce(valid_until, date '9999-12-31') > getvariable('newest')
qualify rank() over (order by valid_from desc) = 1
order by segment, weight desc, dimension
