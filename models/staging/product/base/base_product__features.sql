{{ judged_raw_rows(
    'product',
    'features',
    horizon=ref('stg_calendar__horizon'),
    vocabularies=ref('vocabularies'),
) }}
