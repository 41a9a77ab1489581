{#- D3's example of a first model, to the letter: its terms are not clamped, so that more than
    baseline_tickets open tickets take more than support gives, and more active people than
    seats add more than usage does; the sum is, once. What is unknown leaves with its weight. -#}

with scorecards as (
    select * from {{ ref('scorecards') }}
    where role <> 'off' and method = 'baseline'
),

signals as (
    select * from {{ ref('int_methods__signals') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

termed as (
    select
        scorecards.scorecard,
        signals.*,
        thresholds.baseline_usage_share,
        thresholds.baseline_login_share,
        thresholds.baseline_support_share,
        thresholds.baseline_usage_share * signals.active_seat_share_28d as usage_term,
        case
            when signals.days_since_last_activity <= thresholds.baseline_login_days
                then thresholds.baseline_login_share
            when signals.days_since_last_activity is not null then 0
        end as login_term,
        thresholds.baseline_support_share
        * (1 - signals.open_tickets / thresholds.baseline_tickets) as support_term
    from signals
    cross join scorecards
    cross join thresholds
),

summed as (
    select
        *,
        coalesce(usage_term, 0) + coalesce(login_term, 0) + coalesce(support_term, 0) as terms,
        case when usage_term is null then 0 else baseline_usage_share end
        + case when login_term is null then 0 else baseline_login_share end
        + case when support_term is null then 0 else baseline_support_share end as known_weight,
        {% for figure in ['counts', 'is_connected'] %}
            case when active_seat_share_28d__{{ figure }} then baseline_usage_share else 0 end
            + case when days_since_last_activity__{{ figure }} then baseline_login_share else 0 end
            + case when open_tickets__{{ figure }} then baseline_support_share else 0 end
                as {{ figure }}_weight,
        {% endfor %}
        baseline_usage_share + baseline_login_share + baseline_support_share as whole_weight
    from termed
),

scaled as (
    select
        *,
        100 * terms / nullif(known_weight, 0) as unclamped_score,
        100 * terms / nullif(counts_weight, 0) as unclamped_low,
        100 * (terms + counts_weight - known_weight) / nullif(counts_weight, 0) as unclamped_high
    from summed
),

final as (
    select
        scorecard,
        account_id,
        as_of_date,
        {% for figure in ['score', 'low', 'high'] %}
            case
                when known_weight > 0 then least(greatest(unclamped_{{ figure }}, 0), 100)
            end as {{ 'score_' if figure != 'score' }}{{ figure }},
        {% endfor %}
        unclamped_score,
        usage_term,
        login_term,
        support_term,
        baseline_usage_share as usage_weight,
        baseline_login_share as login_weight,
        baseline_support_share as support_weight,
        known_weight,
        counts_weight as applicable_weight,
        is_connected_weight as connected_weight,
        whole_weight
    from scaled
)

select * from final
