{{ judged_raw_rows('crm', 'csm_assessments') }}
