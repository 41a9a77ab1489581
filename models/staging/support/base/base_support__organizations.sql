{{ judged_raw_rows('support', 'organizations') }}
