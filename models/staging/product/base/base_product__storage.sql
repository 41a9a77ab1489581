{{ judged_raw_rows('product', 'storage') }}
