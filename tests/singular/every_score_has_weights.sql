-- Of days published before, the weights of a scorecard that the policy has no more are gone.
{{ keys_without_row('fct_dimension_weights', 'weights_version', [
    ('fct_health_scores', 'weights_version', 'as_of_date'),
    ('fct_score_contributions', 'weights_version', 'as_of_date'),
    ('account_health', 'weights_version', ''),
]) }}
