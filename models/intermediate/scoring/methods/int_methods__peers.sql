with dimension_days as (
    select * from {{ ref('int_metrics__dimension_days') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

portfolio as (
    select
        as_of_date,
        {% for dimension in dimensions() %}
            median({{ dimension }}_score)
                as {{ dimension }}_median{% if not loop.last %},{% endif %}
        {% endfor %}
    from dimension_days
    group by as_of_date
),

peers as (
    select
        as_of_date,
        segment,
        lifecycle_stage,
        {% for dimension in dimensions() %}
            median({{ dimension }}_score) as {{ dimension }}_median,
            count({{ dimension }}_score) as {{ dimension }}_n,
        {% endfor %}
        count(*) as n_accounts
    from dimension_days
    group by as_of_date, segment, lifecycle_stage
),

final as (
    select
        peers.as_of_date,
        peers.segment,
        peers.lifecycle_stage,
        peers.n_accounts,
        {% for dimension in dimensions() %}
            case
                when peers.{{ dimension }}_n >= thresholds.minimum_peer_accounts
                    then peers.{{ dimension }}_median
                else portfolio.{{ dimension }}_median
            end as {{ dimension }}_peer_score{% if not loop.last %},{% endif %}
        {% endfor %}
    from peers
    inner join portfolio on peers.as_of_date = portfolio.as_of_date
    cross join thresholds
)

select * from final
