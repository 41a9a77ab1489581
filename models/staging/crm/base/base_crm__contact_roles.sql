{{ judged_raw_rows('crm', 'contact_roles') }}
