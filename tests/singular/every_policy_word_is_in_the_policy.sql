-- Scorecards, dimensions, metrics and bands. Days published before may have had others.
{{ keys_without_row('scorecards', 'scorecard', [
    ('fct_health_scores', 'scorecard', 'as_of_date'),
    ('fct_score_contributions', 'scorecard', 'as_of_date'),
    ('fct_dimension_weights', 'scorecard', ''),
]) }}
union all
{{ keys_without_row('dimensions', 'dimension', [
    ('fct_score_contributions', 'dimension', 'as_of_date'),
    ('fct_dimension_weights', 'dimension', ''),
    ('int_feeds__metrics', 'dimension', ''),
]) }}
union all
{{ keys_without_row('metrics', 'metric', [
    ('account_drivers', 'metric', ''),
    ('int_feeds__metrics', 'metric', ''),
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
