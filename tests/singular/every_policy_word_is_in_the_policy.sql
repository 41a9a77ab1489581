-- Scorecards, dimensions, metrics and bands. Days published before may have had others.
{% set known = {
    'scorecard': 'select scorecard from ' ~ ref('scorecards'),
    'dimension': 'select dimension from ' ~ ref('dimensions'),
    'metric': 'select metric from ' ~ ref('metrics'),
    'playbook': 'select playbook from ' ~ ref('playbooks'),
    'trigger': 'select trigger from ' ~ ref('triggers'),
} %}

{{ unknown_words(known, [
    ('fct_health_scores', 'scorecard', 'as_of_date'),
    ('fct_score_contributions', 'scorecard, dimension', 'as_of_date'),
    ('fct_dimension_weights', 'scorecard, dimension', ''),
    ('fct_playbook_triggers', 'trigger, playbook', 'as_of_date'),
    ('int_feeds__metrics', 'dimension, metric', ''),
    ('account_drivers', 'metric', ''),
    ('int_scoring__explained_metrics', 'metric', 'as_of_date'),
]) }}
union all
select
    'fct_health_scores' as model_name,
    'band' as column_name,
    scores.band as word
from {{ ref('fct_health_scores') }} as scores
where
    scores.as_of_date >= cast('{{ published_from() }}' as date)
    and scores.band <> 'insufficient data'
    and scores.band not in (select bands.band from {{ ref('bands') }} as bands)
