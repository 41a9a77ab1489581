{{ judged_raw_rows('crm', 'opportunities') }}
