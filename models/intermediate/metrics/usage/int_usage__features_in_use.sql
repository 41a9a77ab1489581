{#- The features that could be used: those that somebody has used within the policy's days. What
    nobody uses any more, a retired feature or an old name, leaves; it would make everybody's
    share smaller for ever. -#}

with feature_days as (
    select * from {{ ref('int_facts__feature_days') }}
    where feature_type = 'feature'
),

features as (
    select * from {{ ref('int_usage__features') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

uses as (
    select distinct
        feature_days.feature_id,
        feature_days.known_date,
        feature_days.superseded_date,
        {{ add_days('feature_days.activity_date', 'thresholds.feature_retired_days') }}
            as retired_date
    from feature_days
    cross join thresholds
),

uses_that_count as (
    select
        uses.feature_id,
        greatest(uses.known_date, features.counts_from_date) as from_date,
        least(uses.retired_date, coalesce(uses.superseded_date, uses.retired_date)) as until_date
    from uses
    inner join features on uses.feature_id = features.feature_id
),

final as (
    {{ merged_spans('uses_that_count', ['feature_id']) }}
)

select * from final
