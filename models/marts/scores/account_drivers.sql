{#- A value (V) as a person reads it: see shown_as in seeds/policy/metrics.csv. Adding 0 turns -0 into 0. -#}
{% set number -%}
    case
        when abs(V) >= 10 then round(V, 0)
        when abs(V) >= 1 then round(V, 1)
        else round(V, 2)
    end + 0
{%- endset %}
{% set number = without_zero_decimals('cast(' ~ number ~ ' as varchar)') %}
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
{#- the median of steps is all or nothing -#}
{% set typical = "case when min(shape) = 'steps' then avg(V) else median(V) end" %}

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

metrics as (
    select * from {{ ref('metrics') }}
),

numbers as (
    select * from {{ ref('thresholds') }}
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
        contributions.dimension,
        contributions.component as metric,
        contributions.metric_value,
        contributions.unit,
        contributions.score as metric_score,
        contributions.weight_share,
        metrics.said_by,
        metrics.shape,
        metrics.shown_as,
        metrics.sentence
    from scores
    inner join accounts
        on scores.account_id = accounts.account_id and scores.as_of_date = accounts.as_of_date
    inner join contributions
        on
            scores.scorecard = contributions.scorecard
            and scores.account_id = contributions.account_id
            and scores.as_of_date = contributions.as_of_date
    inner join metrics on contributions.component = metrics.metric
),

portfolio as (
    select
        metric,
        count(*) as n_accounts,
        {{ typical | replace('V', 'metric_value') }} as typical_value,
        {{ typical | replace('V', 'metric_score') }} as typical_score
    from today
    group by metric
),

peers as (
    select
        segment,
        lifecycle_stage,
        metric,
        count(*) as n_accounts,
        {{ typical | replace('V', 'metric_value') }} as typical_value,
        {{ typical | replace('V', 'metric_score') }} as typical_score
    from today
    group by segment, lifecycle_stage, metric
),

-- how many have just this value
alike as (
    select
        *,
        count(*) over (partition by metric, metric_value) as n_alike,
        count(*) over (
            partition by segment, lifecycle_stage, metric, metric_value
        ) as n_peers_alike
    from today
),

compared as (
    select
        alike.*,
        thresholds.least_driver_points,
        {% set has_peers = 'peers.n_accounts >= thresholds.minimum_peer_accounts' %}
        case when {{ has_peers }} then 'segment and stage' else 'portfolio' end as peer_group,
        {% for column, of_peers, of_all in [
            ('peer_value', 'peers.typical_value', 'portfolio.typical_value'),
            ('peer_score', 'peers.typical_score', 'portfolio.typical_score'),
            (
                'alike_share',
                'alike.n_peers_alike / peers.n_accounts',
                'alike.n_alike / portfolio.n_accounts'
            ),
        ] %}
            case when {{ has_peers }} then {{ of_peers }} else {{ of_all }} end
                as {{ column }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from alike
    inner join peers
        on
            alike.segment = peers.segment
            and alike.lifecycle_stage = peers.lifecycle_stage
            and alike.metric = peers.metric
    inner join portfolio on alike.metric = portfolio.metric
    cross join thresholds
),

pointed as (
    select
        *,
        round((metric_score - peer_score) * weight_share, 6) as points
    from compared
),

drivers as (
    select
        pointed.*,
        past_values.value_30d_ago,
        past_values.value_90d_ago,
        case when pointed.points < 0 then 'lowers' else 'raises' end as effect,
        -- a sentence may name a number of the policy
        case
            when numbers.threshold is null then pointed.sentence
            else replace(
                pointed.sentence,
                '{' || numbers.threshold || '}',
                {{ without_zero_decimals('cast(numbers.value as varchar)') }}
            )
        end as template
    from pointed
    left join past_values
        on pointed.account_id = past_values.account_id and pointed.metric = past_values.metric
    left join numbers
        on {{ dbt.position("'{' || numbers.threshold || '}'", 'pointed.sentence') }} > 0
    where abs(pointed.points) >= pointed.least_driver_points
),

told as (
    select
        *,
        {% for value in ['metric_value', 'value_30d_ago', 'value_90d_ago'] %}
            {{ shown | replace('V', value) }} as {{ value }}_shown,
        {% endfor %}
        case
            when template like '%{of_seats}%'
                then
                    {{ without_zero_decimals('cast(round(metric_value * seats) as varchar)') }}
                    || ' of ' || {{ without_zero_decimals('cast(seats as varchar)') }}
            else ''
        end as of_seats_shown,
        -- of codes, how many have the same
        case
            when shown_as like '%|%'
                then
                    {{ shown | replace('V', 'metric_value') }} || ' at '
                    || {{ percent | replace('V', 'alike_share') }}
            else {{ shown | replace('V', 'peer_value') }}
        end as peers_shown
    from drivers
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
        replace(replace(template, '{value}', metric_value_shown), '{of_seats}', of_seats_shown)
        || case
            when value_30d_ago_shown <> metric_value_shown
                then '; 30 days ago: ' || value_30d_ago_shown
            when value_90d_ago_shown <> metric_value_shown
                then '; 90 days ago: ' || value_90d_ago_shown
            else ''
        end
        || case peer_group
            when 'portfolio' then '; all accounts: '
            else '; accounts like this one: '
        end
        || peers_shown as sentence
    from told
)

select * from final
