{{ judged_raw_rows('crm', 'milestones') }}
