{{ config(
    materialized='incremental',
    incremental_strategy='window',
    unique_key="nullif(row_key, '')",
    meta={'window_column': 'delivered_date'},
) }}

{{ judged_raw_rows(
    'product',
    'daily_usage',
    horizon=ref('stg_calendar__horizon'),
    vocabularies=ref('vocabularies'),
    accounts=ref('stg_known_accounts__ids'),
    since=window_start(),
) }}
