-- who speaks for each account, without names: those in a role now, and those who left one in a year
select
    account_id,
    list(
        {'role': role, 'since': since_date, 'ended': ended_date}
        order by is_held desc, role, since_date desc, spell_number
    ) as roles
from marts.fct_account_roles
where is_held or ended_date > getvariable('newest') - 365
group by account_id
