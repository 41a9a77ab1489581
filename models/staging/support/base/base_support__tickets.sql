{{ judged_raw_rows(
    'support',
    'tickets',
    horizon=ref('stg_calendar__horizon'),
    vocabularies=ref('vocabularies'),
    accounts=ref('stg_known_accounts__ids'),
) }}
