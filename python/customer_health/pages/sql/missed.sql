-- customers who left without a flag, by the dimension that stood low all the same
select
    coalesce(signal_dimension, 'nothing stood low') as signal,
    count(distinct account_id) as customers
from marts.fct_misjudged_accounts
where
    error_type = 'false negative'
    and scorecard = getvariable('scorecard')
group by signal
order by customers desc, signal
