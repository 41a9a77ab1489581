{{ judged_raw_rows('crm', 'goals') }}
