-- the latest misjudged customers, those who left without a flag first
select
    misjudged.account_id,
    accounts.account_name,
    misjudged.as_of_date,
    misjudged.error_type,
    misjudged.health_score,
    misjudged.band,
    misjudged.arr,
    misjudged.churned_date,
    misjudged.explanation,
    accounts.customer_status = 'customer' as is_customer
from marts.fct_misjudged_accounts as misjudged
left join marts.dim_accounts as accounts on misjudged.account_id = accounts.account_id
where misjudged.scorecard = getvariable('scorecard')
qualify row_number() over (
    partition by misjudged.account_id, misjudged.error_type order by misjudged.as_of_date desc
) = 1
order by misjudged.error_type, misjudged.as_of_date desc, misjudged.arr desc nulls last
limit 100
