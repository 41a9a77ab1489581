{{ judged_raw_rows('product', 'measures') }}
