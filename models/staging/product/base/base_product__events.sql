{#- Of hundreds of millions of events only those in question are written: the refused and all copies of
    repeated ids. The others are accepted as they lie in the source (stg_product__events). -#}
{{ config(
    materialized='incremental',
    incremental_strategy='window',
    unique_key="nullif(row_key, '')",
    meta={'window_column': 'delivered_date'},
) }}

{{ judged_raw_rows('product', 'events', since=window_start(), only_contested=true) }}
