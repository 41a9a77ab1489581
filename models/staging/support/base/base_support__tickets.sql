{{ judged_raw_rows('support', 'tickets') }}
