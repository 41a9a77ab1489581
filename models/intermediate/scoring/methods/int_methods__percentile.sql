{#- Where an account stands among others by the weighted mean of another scorecard: among its
    peers (segment and lifecycle stage; the portfolio where they are too few) or, by the method
    portfolio_percentile, among all. Those that tie share their mean rank. Only scores that rest
    on enough data are ranked. The range is where its own range would have put it among the
    others. -#}

with scorecards as (
    select * from {{ ref('scorecards') }}
    where role <> 'off' and method in ('percentile', 'portfolio_percentile')
),

means as (
    select * from {{ ref('int_methods__weighted_mean') }}
),

bands as (
    select * from {{ ref('percentile_bands') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

comparable as (
    select
        scorecards.scorecard,
        scorecards.method,
        means.account_id,
        means.as_of_date,
        means.segment,
        means.lifecycle_stage,
        -- sums in another order may differ in their last bits
        round(means.score, 6) as score,
        round(means.score_low, 6) as score_low,
        round(means.score_high, 6) as score_high,
        thresholds.minimum_peer_accounts
    from means
    inner join scorecards on means.scorecard = scorecards.starts_from
    cross join thresholds
    where
        means.score is not null
        and means.account_coverage >= thresholds.minimum_coverage_share
),

counted as (
    select
        *,
        count(*) over (
            partition by scorecard, as_of_date, segment, lifecycle_stage
        ) as n_peers
    from comparable
),

grouped as (
    select
        *,
        case
            when method = 'percentile' and n_peers >= minimum_peer_accounts
                then segment || '|' || lifecycle_stage
            else 'all'
        end as peer_group
    from counted
),

-- all stand among all, whatever group they are told their own place in
members as (
    select
        scorecard,
        account_id,
        as_of_date,
        peer_group,
        score,
        true as is_own
    from grouped
    where peer_group <> 'all'
    union all
    select
        scorecard,
        account_id,
        as_of_date,
        'all' as peer_group,
        score,
        peer_group = 'all' as is_own
    from grouped
),

-- a score, and the ends of its range, as places in the group; only scores count
places as (
    select
        scorecard,
        account_id,
        as_of_date,
        peer_group,
        'score' as figure,
        score as place,
        1 as counts,
        is_own
    from members
    {% for figure in ['score_low', 'score_high'] %}
        union all
        select
            scorecard,
            account_id,
            as_of_date,
            peer_group,
            '{{ figure }}' as figure,
            {{ figure }} as place,
            0 as counts,
            true as is_own
        from grouped
    {% endfor %}
),

-- one order serves all three
ranked as (
    select
        *,
        sum(counts) over (
            in_order range between unbounded preceding and current row
        ) as n_up_to,
        sum(counts) over (in_order range between current row and current row) as n_ties,
        sum(counts) over (
            in_order range between unbounded preceding and unbounded following
        ) as n_in_group
    from places
    window in_order as (partition by scorecard, as_of_date, peer_group order by place)
),

shares as (
    select
        scorecard,
        account_id,
        as_of_date,
        figure,
        case figure
            when 'score' then n_up_to - n_ties / 2.0
            when 'score_low' then n_up_to - n_ties + 0.5
            else n_up_to - 0.5
        end / n_in_group as share_below
    from ranked
    where is_own
),

mapped as (
    select
        shares.scorecard,
        shares.account_id,
        shares.as_of_date,
        shares.figure,
        bands.from_score
        + (bands.to_score - bands.from_score)
        * (shares.share_below - bands.from_share) / (bands.to_share - bands.from_share) as score
    from shares
    inner join bands
        on shares.share_below >= bands.from_share and shares.share_below < bands.to_share
),

final as (
    select
        scorecard,
        account_id,
        as_of_date,
        {% for figure in ['score', 'score_low', 'score_high'] %}
            max(case when figure = '{{ figure }}' then score end)
                as {{ figure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from mapped
    group by scorecard, account_id, as_of_date
)

select * from final
