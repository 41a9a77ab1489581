{{ judged_raw_rows(
    'crm',
    'playbook_runs',
    horizon=ref('stg_sources__horizon'),
    vocabularies=ref('vocabularies'),
    accounts=ref('stg_sources__account_ids'),
) }}
