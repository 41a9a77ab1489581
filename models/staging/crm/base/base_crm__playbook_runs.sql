{{ judged_raw_rows(
    'crm',
    'playbook_runs',
    horizon=ref('stg_calendar__horizon'),
    vocabularies=ref('vocabularies'),
    accounts=ref('stg_known_accounts__ids'),
) }}
