{{ judged_raw_rows(
    'crm',
    'csm_assessments',
    horizon=ref('stg_calendar__horizon'),
    vocabularies=ref('vocabularies'),
    accounts=ref('stg_known_accounts__ids'),
) }}
