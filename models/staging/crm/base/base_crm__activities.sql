{{ judged_raw_rows('crm', 'activities') }}
