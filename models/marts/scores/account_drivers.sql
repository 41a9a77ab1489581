{#- A value (V) as a person reads it: see shown_as in seeds/policy/metrics.csv. Adding 0 turns -0 into 0. -#}
{% set number -%}
    case
        when abs(V) >= 10 then round(V, 0)
        when abs(V) >= 1 then round(V, 1)
        else round(V, 2)
    end + 0
{%- endset %}
{% set share = number | replace('V', '(100 * V)') %}
{% set shown -%}
    case
        when shown_as = 'number' then {{ without_zero_decimals('cast(' ~ number ~ ' as varchar)') }}
        when shown_as in ('percent', 'change')
            then
                case when shown_as = 'change' and V > 0 then '+' else '' end
                || {{ without_zero_decimals('cast(' ~ share ~ ' as varchar)') }} || ' %'
        -- half of the peers may have the one word, half the next
        when V = floor(V)
            then nullif(split_part(shown_as, '|', cast(V as integer) + 1), '')
    end
{%- endset %}

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
        contributions.weight_share
    from scores
    inner join accounts
        on scores.account_id = accounts.account_id and scores.as_of_date = accounts.as_of_date
    inner join contributions
        on
            scores.scorecard = contributions.scorecard
            and scores.account_id = contributions.account_id
            and scores.as_of_date = contributions.as_of_date
),

portfolio as (
    select
        metric,
        median(metric_value) as median_value,
        median(metric_score) as median_score
    from today
    group by metric
),

peers as (
    select
        segment,
        lifecycle_stage,
        metric,
        count(*) as n_accounts,
        median(metric_value) as median_value,
        median(metric_score) as median_score
    from today
    group by segment, lifecycle_stage, metric
),

placed as (
    select
        today.*,
        peers.n_accounts >= thresholds.minimum_peer_accounts as has_peers,
        peers.median_value,
        peers.median_score,
        portfolio.median_value as portfolio_value,
        portfolio.median_score as portfolio_score,
        thresholds.least_driver_points
    from today
    inner join peers
        on
            today.segment = peers.segment
            and today.lifecycle_stage = peers.lifecycle_stage
            and today.metric = peers.metric
    inner join portfolio on today.metric = portfolio.metric
    cross join thresholds
),

compared as (
    select
        *,
        case when has_peers then median_value else portfolio_value end as peer_value,
        case when has_peers then median_score else portfolio_score end as peer_score,
        case when has_peers then 'segment and stage' else 'portfolio' end as peer_group
    from placed
),

pointed as (
    select
        *,
        round((metric_score - peer_score) * weight_share, 6) as points
    from compared
),

-- a sentence may name a number of the policy
sentences as (
    select
        metrics.metric,
        metrics.said_by,
        metrics.shown_as,
        case
            when numbers.threshold is null then metrics.sentence
            else replace(
                metrics.sentence,
                '{' || numbers.threshold || '}',
                {{ without_zero_decimals('cast(numbers.value as varchar)') }}
            )
        end as sentence
    from metrics
    left join numbers
        on {{ dbt.position("'{' || numbers.threshold || '}'", 'metrics.sentence') }} > 0
),

drivers as (
    select
        pointed.*,
        sentences.said_by,
        sentences.shown_as,
        sentences.sentence as template,
        past_values.value_30d_ago,
        past_values.value_90d_ago,
        case when pointed.points < 0 then 'lowers' else 'raises' end as effect
    from pointed
    inner join sentences on pointed.metric = sentences.metric
    left join past_values
        on pointed.account_id = past_values.account_id and pointed.metric = past_values.metric
    where abs(pointed.points) >= pointed.least_driver_points
),

told as (
    select
        *,
        {% for value in ['metric_value', 'peer_value', 'value_30d_ago', 'value_90d_ago'] %}
            {{ shown | replace('V', value) }} as {{ value }}_shown,
        {% endfor %}
        case
            when template like '%{of_seats}%'
                then
                    {{ without_zero_decimals('cast(round(metric_value * seats) as varchar)') }}
                    || ' of ' || {{ without_zero_decimals('cast(seats as varchar)') }}
            else ''
        end as of_seats_shown
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
        || coalesce(
            case peer_group
                when 'portfolio' then '; all accounts: '
                else '; accounts like this one: '
            end || peer_value_shown,
            ''
        ) as sentence
    from told
)

select * from final
