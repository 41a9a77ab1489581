-- depends_on: {{ ref('custom_fields') }}
{{ judged_raw_rows('crm', 'accounts', keep_spelling=['account_id'], check_accounts=false) }}
