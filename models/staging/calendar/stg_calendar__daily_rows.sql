{#- Read once, and after that only from the window on. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='window',
    meta={'window_column': 'row_date'},
) }}

{{ daily_raw_rows(window_start()) }}
