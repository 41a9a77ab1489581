{#- 100 less the chance in percent that the account leaves within fit_horizon_days, by a
    logistic model of the dimensions that is fitted again with the weights. Without a model
    there is no score. A dimension unknown for the account takes its peers' median, or the mean
    where the scorecard says renormalise or no peer has one; one that is not connected or does
    not apply takes the mean. The score is linear in the dimensions along the line from the
    means to the account: shares are its slopes, in points per point. -#}

with scorecards as (
    select * from {{ ref('scorecards') }}
    where role <> 'off' and method = 'probability'
),

dimension_days as (
    select * from {{ ref('int_metrics__dimension_days') }}
),

peers as (
    select * from {{ ref('int_methods__peers') }}
),

models as (
    select * from {{ ref('int_methods__probability_models') }}
),

-- x: what counts as the dimension's score, at least and at most
placed as (
    select
        scorecards.scorecard,
        dimension_days.*,
        models.valid_from,
        models.intercept,
        {% for dimension in dimensions() -%}
            models.{{ dimension }}_coefficient,
            models.{{ dimension }}_mean,
            case
                when
                    dimension_days.{{ dimension }}_connected > 0
                    and not dimension_days.{{ dimension }}_is_not_applicable
                    then coalesce(
                        dimension_days.{{ dimension }}_score,
                        case
                            when scorecards.missing_dimensions = 'impute'
                                then peers.{{ dimension }}_peer_score
                        end
                    )
            end as {{ dimension }}_score_used,
            case
                when
                    dimension_days.{{ dimension }}_is_not_applicable
                    or dimension_days.{{ dimension }}_connected = 0
                    then 1
                else
                    dimension_days.{{ dimension }}_coverage
                    / dimension_days.{{ dimension }}_connected
            end as {{ dimension }}_known_share,
        {% endfor -%}
        models.valid_from is not null as has_model
    from dimension_days
    cross join scorecards
    inner join peers
        on
            dimension_days.as_of_date = peers.as_of_date
            and dimension_days.segment = peers.segment
            and dimension_days.lifecycle_stage = peers.lifecycle_stage
    left join models
        on
            dimension_days.segment = models.segment
            and dimension_days.as_of_date >= models.valid_from
            and (models.valid_until is null or dimension_days.as_of_date < models.valid_until)
),

summed as (
    select
        *,
        intercept
        {% for dimension in dimensions() -%}
            + {{ dimension }}_coefficient * {{ dimension }}_mean
        {% endfor %} as mean_log_odds,
        intercept
        {% for dimension in dimensions() -%}
            + {{ dimension }}_coefficient
            * coalesce({{ dimension }}_score_used, {{ dimension }}_mean)
        {% endfor %} as log_odds,
        {% for bound, worse in [('highest', '<'), ('lowest', '>')] %}
            intercept
            {% for dimension in dimensions() -%}
                + {{ dimension }}_coefficient * (
                    coalesce(
                        {{ dimension }}_score,
                        case {{ dimension }}_known_share when 1 then {{ dimension }}_mean else 0 end
                    ) * {{ dimension }}_known_share
                    + case when {{ dimension }}_coefficient {{ worse }} 0 then 0 else 100 end
                    * (1 - {{ dimension }}_known_share)
                )
            {% endfor %} as {{ bound }}_log_odds,
        {% endfor -%}
        {% for figure, term in {
            'known': 'D_coverage',
            'applicable': 'case when D_is_not_applicable then 0 else D_connected end',
            'connected': 'D_connected',
            'whole': '1',
        }.items() %}
            {% for dimension in dimensions() -%}
                coalesce(abs({{ dimension }}_coefficient), 1)
                * {{ term | replace('D_', dimension ~ '_') }} {{ '+' if not loop.last }}
            {% endfor %} as {{ figure }}_weight,
        {% endfor -%}
        {% for dimension in dimensions() -%}
            case when {{ dimension }}_score is null then 0 else 1 end {{ '+' if not loop.last }}
        {% endfor %} as n_dimensions_known,
        {% for dimension in dimensions() -%}
            cast(
                {{ dimension }}_score is null and {{ dimension }}_score_used is not null as integer
            ) {{ '+' if not loop.last }}
        {% endfor %} as n_dimensions_imputed
    from placed
),

scored as (
    select
        *,
        case when n_dimensions_known > 0 then 100 / (1 + exp(log_odds)) end as score,
        case when n_dimensions_known > 0 then 100 / (1 + exp(highest_log_odds)) end as score_low,
        case when n_dimensions_known > 0 then 100 / (1 + exp(lowest_log_odds)) end as score_high,
        case
            when abs(log_odds - mean_log_odds) < 1e-6
                then -100 * exp(log_odds) / (1 + exp(log_odds)) / (1 + exp(log_odds))
            else
                (100 / (1 + exp(log_odds)) - 100 / (1 + exp(mean_log_odds)))
                / (log_odds - mean_log_odds)
        end as slope
    from summed
),

final as (
    select
        scorecard,
        account_id,
        as_of_date,
        score,
        score_low,
        score_high,
        {% for dimension in dimensions() -%}
            {{ dimension }}_score_used,
            coalesce(greatest(slope * {{ dimension }}_coefficient, 0), 0)
                as {{ dimension }}_share,
        {% endfor -%}
        n_dimensions_known,
        n_dimensions_imputed,
        known_weight,
        applicable_weight,
        connected_weight,
        whole_weight
    from scored
)

select * from final
