{{ config(
    materialized='incremental',
    incremental_strategy='window',
    on_schema_change='append_new_columns',
    full_refresh=var('restate_history'),
    meta={'is_published': true, 'window_column': 'valid_from'},
) }}
{#- The weights that people chose, by version. Weights that differ from the last version kept are a
    new one, from the first day that this build may still write. -#}
{% set goes_on_from = published_before() %}
{% set weightless = unfitted_weights().items() | rejectattr(1) | map('first') %}

with scorecards as (
    select * from {{ ref('scorecards') }}
    where
        role <> 'off'
        and method not in (
            {% for method in weightless %}
                '{{ method }}'{% if not loop.last %},{% endif %}
            {% endfor %}
        )
),

scorecard_weights as (
    select * from {{ ref('scorecard_weights') }}
),

dimensions as (
    select * from {{ ref('dimensions') }}
),

account_days as (
    select min(as_of_date) as first_date from {{ ref('int_spine__account_days') }}
),

-- its own weights or, of a scorecard without any, those that it starts from
chosen as (
    select
        scorecards.scorecard,
        scorecards.method,
        dimensions.dimension,
        coalesce(scorecard_weights.weight, 0) as weight
    from scorecards
    cross join dimensions
    left join scorecard_weights
        on
            coalesce(scorecards.starts_from, scorecards.scorecard) = scorecard_weights.scorecard
            and dimensions.dimension = scorecard_weights.dimension
),

weights as (
    select
        scorecard,
        dimension,
        case method
            {% for method, own_weight in unfitted_weights().items() if own_weight %}
                when '{{ method }}' then {{ own_weight }}
            {% endfor %}
            else weight
        end as weight
    from chosen
),

kept as (
    {% if goes_on_from == all_days() %}
        select
            *,
            0 as version_number
        from weights
        where false
    {% else %}
        select
            scorecard,
            dimension,
            weight,
            version_number
        from {{ this }}
        where valid_from < cast('{{ goes_on_from }}' as date)
        qualify version_number = max(version_number) over (partition by scorecard)
    {% endif %}
),

last_versions as (
    select
        scorecard,
        max(version_number) as version_number
    from kept
    group by scorecard
),

edited as (
    select distinct weights.scorecard
    from weights
    left join kept
        on weights.scorecard = kept.scorecard and weights.dimension = kept.dimension
    where kept.weight is null or weights.weight <> kept.weight
),

final as (
    select
        weights.scorecard,
        coalesce(last_versions.version_number, 0) + 1 as version_number,
        greatest(account_days.first_date, cast('{{ goes_on_from }}' as date)) as valid_from,
        weights.dimension,
        weights.weight
    from weights
    cross join account_days
    inner join edited on weights.scorecard = edited.scorecard
    left join last_versions on weights.scorecard = last_versions.scorecard
)

select * from final
