{#- The bands of every scorecard in every place, by version: those of the policy until there is
    evidence, and in a place that the last fit did not know. -#}

with scorecards as (
    select * from {{ ref('scorecards') }}
    where role <> 'off'
),

policy as (
    select * from {{ ref('int_policy__bands') }}
),

ranks as (
    select distinct
        band_set,
        band,
        band_rank
    from policy
),

fits as (
    select
        fits.*,
        ranks.band_rank
    from {{ ref('int_bands__fits') }} as fits
    inner join scorecards on fits.scorecard = scorecards.scorecard
    inner join ranks on scorecards.band_set = ranks.band_set and fits.band = ranks.band
    where fits.reason is null and scorecards.band_limits = 'fitted'
),

versions as (
    select
        scorecard,
        cast('{{ all_days() }}' as date) as valid_from
    from scorecards
    union
    select
        scorecard,
        valid_from
    from fits
),

places as (
    select distinct
        scorecard,
        valid_from,
        segment,
        lifecycle_stage,
        is_in_renewal_window
    from fits
),

fixed as (
    select
        versions.scorecard,
        versions.valid_from,
        policy.segment,
        policy.lifecycle_stage,
        policy.is_in_renewal_window,
        policy.lower_bound,
        policy.upper_bound,
        policy.band,
        policy.band_rank,
        policy.is_flagged,
        policy.band_rule,
        policy.band_set as bands_version
    from versions
    inner join scorecards on versions.scorecard = scorecards.scorecard
    inner join policy on scorecards.band_set = policy.band_set
    left join places
        on
            versions.scorecard = places.scorecard
            and versions.valid_from = places.valid_from
            and policy.segment = places.segment
            and policy.lifecycle_stage = places.lifecycle_stage
            and policy.is_in_renewal_window = places.is_in_renewal_window
    where places.scorecard is null
),

fitted as (
    select
        scorecard,
        valid_from,
        segment,
        lifecycle_stage,
        is_in_renewal_window,
        lower_bound,
        upper_bound,
        band,
        band_rank,
        is_flagged,
        'fitted' as band_rule,
        scorecard || '.' || cast(valid_from as varchar) as bands_version
    from fits
    -- a band that no score of the place reaches
    where lower_bound < upper_bound
),

bands as (
    select * from fixed
    union all
    select * from fitted
),

ends as (
    select
        scorecard,
        valid_from,
        lead(valid_from) over (partition by scorecard order by valid_from) as valid_until
    from versions
),

final as (
    select
        bands.*,
        ends.valid_until
    from bands
    inner join ends
        on bands.scorecard = ends.scorecard and bands.valid_from = ends.valid_from
)

select * from final
