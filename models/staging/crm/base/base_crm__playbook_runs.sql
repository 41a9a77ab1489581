{{ judged_raw_rows('crm', 'playbook_runs') }}
