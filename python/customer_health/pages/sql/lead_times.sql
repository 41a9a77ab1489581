-- how long before they left customers were first flagged; those never flagged apart
select
    case
        when lead_days is null then 'never'
        when lead_days < 14 then 'under 14 days'
        when lead_days < 28 then '14 to 27 days'
        when lead_days < 90 then '28 to 89 days'
        else '90 days and more'
    end as lead,
    count(*) as customers
from marts.fct_lead_times
where scorecard = getvariable('scorecard')
group by lead
order by min(coalesce(lead_days, -1))
