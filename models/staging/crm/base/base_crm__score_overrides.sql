{{ judged_raw_rows('crm', 'score_overrides') }}
