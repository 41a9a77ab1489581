-- what all customers did together up to the newest day
select *
from marts.fct_portfolio_months
order by as_of_date desc
limit 1
