{{ judged_raw_rows(
    'support',
    'tickets',
    horizon=ref('stg_sources__horizon'),
    vocabularies=ref('vocabularies'),
    accounts=ref('stg_sources__account_ids'),
) }}
