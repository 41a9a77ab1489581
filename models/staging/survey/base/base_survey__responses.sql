{{ judged_raw_rows('survey', 'responses') }}
