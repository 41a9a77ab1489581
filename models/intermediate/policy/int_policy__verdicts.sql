{#- Bands of the production scorecard as red, amber or green, the words of people's verdicts. -#}

with production as (
    select
        bands.*,
        max(bands.lower_bound) over () as highest_bound
    from {{ ref('bands') }} as bands
    inner join {{ ref('scorecards') }} as scorecards on bands.band_set = scorecards.band_set
    where bands.rule = 'default' and scorecards.role = 'production'
),

judged as (
    select
        band,
        lower_bound,
        case
            when is_flagged then 'red'
            when lower_bound = highest_bound then 'green'
            else 'amber'
        end as verdict
    from production
),

final as (
    select
        band,
        verdict,
        -- of several, the one next to the limit between flagged and not
        row_number() over (
            partition by verdict
            order by case when verdict = 'red' then -lower_bound else lower_bound end
        ) = 1 as stands_for_verdict
    from judged
)

select * from final
