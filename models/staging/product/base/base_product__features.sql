{{ judged_raw_rows('product', 'features', check_accounts=false) }}
