{#- A value (V) as a person reads it, by shown_as in seeds/policy. Adding 0 turns -0 into 0. -#}
{% set number -%}
    case
        when abs(V) >= 10 then round(V, 0)
        when abs(V) >= 1 then round(V, 1)
        else round(V, 2)
    end + 0
{%- endset %}
{% set number = without_zero_decimals('cast(' ~ number ~ ' as varchar)') %}
{% set number = 'replace(' ~ number ~ ", '-', '−')" %}
{% set percent = number | replace('V', '(100 * V)') ~ " || ' %'" %}
{% set shown -%}
    case
        when shown_as = 'number' then {{ number }}
        when shown_as = 'hours' and V < 48 then {{ number }} || ' hours'
        when shown_as = 'hours' then {{ number | replace('V', '(V / 24)') }} || ' days'
        when shown_as = 'percent' then {{ percent }}
        when shown_as = 'change'
            then case when V > 0 then '+' else '' end || {{ percent }}
        when V = floor(V)
            then nullif(split_part(shown_as, '|', cast(V as integer) + 1), '')
    end
{%- endset %}
{#- of peers: the median of steps would be all or nothing -#}
{% set typical = "case shape when 'steps' then avg(V) over P else median(V) over P end" %}

with accounts as (
    select * from {{ ref('dim_accounts') }}
),

scores as (
    select * from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production' and {{ in_window('as_of_date') }}
),

contributions as (
    select * from {{ ref('fct_score_contributions') }}
    where component_type = 'metric' and is_known and {{ in_window('as_of_date') }}
),

past_values as (
    select * from {{ ref('int_scoring__past_values') }}
),

sentences as (
    select * from {{ ref('int_policy__sentences') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

today as (
    select
        scores.account_id,
        scores.as_of_date,
        scores.segment,
        scores.lifecycle_stage,
        accounts.seats,
        {{ days_between('accounts.first_contract_date', 'scores.as_of_date') }} as tenure_days,
        contributions.dimension,
        contributions.component as metric,
        contributions.metric_value,
        contributions.unit,
        contributions.score as metric_score,
        contributions.weight_share,
        past_values.value_30d_ago,
        past_values.value_90d_ago,
        sentences.said_by,
        sentences.shape,
        sentences.shown_as,
        sentences.sentence as wording,
        thresholds.minimum_peer_accounts,
        thresholds.least_driver_points,
        thresholds.beginning_driver_days
    from scores
    inner join accounts
        on scores.account_id = accounts.account_id and scores.as_of_date = accounts.as_of_date
    inner join contributions
        on
            scores.scorecard = contributions.scorecard
            and scores.account_id = contributions.account_id
            and scores.as_of_date = contributions.as_of_date
    inner join sentences on contributions.component = sentences.metric
    left join past_values
        on
            contributions.account_id = past_values.account_id
            and contributions.component = past_values.metric
    cross join thresholds
),

compared as (
    select
        *,
        {% for partition in ['peers', 'portfolio'] %}
            {{ typical | replace('V', 'metric_value') | replace('P', partition) }}
                as {{ partition }}_value,
            {{ typical | replace('V', 'metric_score') | replace('P', partition) }}
                as {{ partition }}_score,
            count(*) over {{ partition }}_alike / count(*) over {{ partition }}
                as {{ partition }}_alike_share,
        {% endfor %}
        count(*) over peers >= minimum_peer_accounts as has_peers
    from today
    window
        peers as (partition by segment, lifecycle_stage, metric),
        peers_alike as (partition by segment, lifecycle_stage, metric, metric_value),
        portfolio as (partition by metric),
        portfolio_alike as (partition by metric, metric_value)
),

placed as (
    select
        *,
        case when has_peers then 'segment and stage' else 'portfolio' end as peer_group,
        {% for figure in ['value', 'score', 'alike_share'] %}
            case when has_peers then peers_{{ figure }} else portfolio_{{ figure }} end
                as peer_{{ figure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from compared
),

pointed as (
    select
        *,
        round((metric_score - peer_score) * weight_share, 6) as points
    from placed
),

told as (
    select
        *,
        case when points < 0 then 'lowers' else 'raises' end as effect,
        case peer_group when 'portfolio' then 'all accounts' else 'accounts like this one' end
            as peers,
        {% for value in ['metric_value', 'value_30d_ago', 'value_90d_ago'] %}
            {{ shown | replace('V', value) }} as {{ value }}_shown,
        {% endfor %}
        case
            when wording like '%{of_seats}%'
                then
                    {{ without_zero_decimals('cast(round(metric_value * seats) as varchar)') }}
                    || ' of ' || {{ without_zero_decimals('cast(seats as varchar)') }}
            else ''
        end as of_seats_shown,
        -- of codes, how many have the same
        case
            when shown_as like '%|%'
                then 'the same at ' || {{ percent | replace('V', 'peer_alike_share') }} || ' of '
            else {{ shown | replace('V', 'peer_value') }}
        end as peers_shown
    from pointed
    where
        abs(points) >= least_driver_points
        -- how a customer began: later nobody can do anything about it
        and not (
            metric in ('days_to_first_value', 'integrations_in_time', 'is_onboarded_in_time')
            and coalesce(tenure_days > beginning_driver_days, false)
        )
),

final as (
    select
        account_id,
        as_of_date,
        said_by,
        effect,
        row_number() over (
            partition by account_id, said_by, effect
            order by abs(points) desc, metric asc
        ) as driver_rank,
        dimension,
        metric,
        metric_value,
        unit,
        value_30d_ago,
        value_90d_ago,
        peer_value,
        peer_group,
        metric_score,
        peer_score,
        points,
        replace(replace(wording, '{value}', metric_value_shown), '{of_seats}', of_seats_shown)
        || case
            when value_30d_ago_shown <> metric_value_shown
                then '; 30 days ago: ' || value_30d_ago_shown
            when value_90d_ago_shown <> metric_value_shown
                then '; 90 days ago: ' || value_90d_ago_shown
            else ''
        end
        || case
            when peers_shown like 'the same at %' then '; ' || peers_shown || peers
            else '; ' || peers || ': ' || peers_shown
        end as sentence
    from told
)

select * from final
