{{ judged_raw_rows('crm', 'references') }}
