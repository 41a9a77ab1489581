{#- Do plays help? By chance where triggers were held out; else against accounts that looked
    alike. -#}

with effects as (
    select * from {{ ref('int_plays__effects') }}
),

drawn as (
    select * from {{ ref('int_plays__account_days') }}
    where comparison = 'held out' and is_played and is_lost_180d is not null
),

triggers as (
    select * from {{ ref('triggers') }}
),

playbooks as (
    select * from {{ ref('playbooks') }}
),

-- of each trigger that was not held out, whether or not a play was started
spent as (
    select
        drawn.play,
        drawn.arr,
        playbooks.cost as cost_of_run,
        case when drawn.has_run then playbooks.cost else 0 end as play_cost
    from drawn
    inner join triggers on drawn.play = triggers.trigger
    inner join playbooks on triggers.playbook = playbooks.playbook
),

-- what the plays of one trigger cost without being known leaves the cost of all unknown
means as (
    {% for play in ["'all'", 'play'] %}
        select
            {{ play }} as play,
            avg({{ money('arr') }}) as arr,
            case when count(*) = count(cost_of_run) then avg(play_cost) end as play_cost
        from spent
        {{ 'group by play' if not loop.first }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        effects.comparison,
        effects.play,
        effects.effect_on,
        effects.verdict,
        effects.reason,
        round(effects.effect, 3) as effect,
        round(effects.low, 3) as effect_low,
        round(effects.high, 3) as effect_high,
        round(effects.with_play, 3) as with_play,
        round(effects.without_play, 3) as without_play,
        effects.n_played,
        effects.n_others,
        effects.n_accounts_played,
        effects.n_accounts_others,
        round(effects.matched_share, 3) as matched_share,
        round(effects.largest_difference, 3) as largest_difference,
        round(effects.run_share, 3) as run_share,
        round(effects.other_run_share, 3) as other_run_share,
        {% for name, column in {
            'roi': 'effect', 'roi_low': 'high', 'roi_high': 'low'
        }.items() %}
            round(-effects.{{ column }} * means.arr / nullif(means.play_cost, 0) - 1, 2)
                as {{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from effects
    left join means
        on
            effects.play = means.play
            and effects.comparison = 'held out'
            and effects.effect_on = 'lost within 180 days'
            and effects.verdict in ('helps', 'hurts')
)

select * from final
