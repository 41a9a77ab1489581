{{ judged_raw_rows(
    'signals',
    'account_signals',
    horizon=ref('stg_calendar__horizon'),
    vocabularies=ref('vocabularies'),
    accounts=ref('stg_known_accounts__ids'),
) }}
