{{ judged_raw_rows('crm', 'accounts', keep_spelling=['account_id'], check_accounts=false) }}
