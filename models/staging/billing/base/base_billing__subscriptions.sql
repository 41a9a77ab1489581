{{ judged_raw_rows('billing', 'subscriptions') }}
