{% set accounts = 'select account_id from ' ~ ref('dim_accounts') %}

{{ unknown_words({'account_id': accounts, 'merged_into_account_id': accounts}, [
    ('dim_accounts', 'merged_into_account_id', ''),
    ('account_drivers', 'account_id', ''),
    ('account_health', 'account_id', ''),
    ('fct_account_roles', 'account_id', ''),
    ('fct_health_scores', 'account_id', 'as_of_date'),
    ('fct_lead_times', 'account_id', ''),
    ('fct_misjudged_accounts', 'account_id', ''),
    ('fct_outcomes', 'account_id', ''),
    ('fct_renewal_validation', 'account_id', ''),
    ('fct_renewals', 'account_id', ''),
    ('fct_score_contributions', 'account_id', 'as_of_date'),
    ('fct_tickets', 'account_id', ''),
    ('int_spine__account_days', 'account_id', 'as_of_date'),
]) }}
