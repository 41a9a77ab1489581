{{ judged_raw_rows('signals', 'account_signals') }}
