-- tickets of each account that are open or were opened within 90 days, the open ones first
select
    account_id,
    list(
        {
            'ticket': ticket_id,
            'priority': priority,
            'opened': opened_date,
            'status': ticket_status,
            'age': age_days,
            'is_escalated': is_escalated
        }
        order by ticket_status = 'resolved', opened_date desc, ticket_id
    ) as tickets
from marts.fct_tickets
where ticket_status <> 'resolved' or opened_date > getvariable('newest') - 90
group by account_id
