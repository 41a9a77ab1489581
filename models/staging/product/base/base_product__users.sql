{{ judged_raw_rows('product', 'users') }}
