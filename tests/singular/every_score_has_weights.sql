-- Of days published before, the weights of a scorecard that the policy has no more are gone.
{% set versions = 'select weights_version from ' ~ ref('fct_dimension_weights') %}

{{ unknown_words({'weights_version': versions}, [
    ('fct_health_scores', 'weights_version', 'as_of_date'),
    ('fct_score_contributions', 'weights_version', 'as_of_date'),
    ('account_health', 'weights_version', ''),
]) }}
