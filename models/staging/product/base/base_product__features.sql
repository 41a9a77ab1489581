{{ judged_raw_rows(
    'product',
    'features',
    horizon=ref('stg_sources__horizon'),
    vocabularies=ref('vocabularies'),
) }}
