{{ config(
    materialized='incremental',
    incremental_strategy='window',
    unique_key="nullif(row_key, '')",
    meta={'window_column': 'delivered_date'},
) }}

{{ judged_raw_rows('product', 'daily_usage', since=window_start()) }}
