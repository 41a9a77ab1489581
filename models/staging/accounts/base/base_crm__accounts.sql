{{ judged_raw_rows(
    'crm',
    'accounts',
    horizon=ref('stg_calendar__horizon'),
    vocabularies=ref('vocabularies'),
    keep_spelling=['account_id'],
) }}
