{#- The bands that hold for each place an account can be in: a band set's rules for it, the first in
    rank or, by strictest_band_decides, all of them together. -#}

with bands as (
    select
        *,
        case rule when 'renewal' then 1 when 'stage' then 2 when 'segment' then 3 else 4 end
            as rule_rank
    from {{ ref('bands') }}
),

segments as (
    select * from {{ ref('int_policy__places') }}
),

renewal as (
    select true as is_in_renewal_window
    union all
    select false as is_in_renewal_window
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

places as (
    select
        segments.segment,
        segments.lifecycle_stage,
        renewal.is_in_renewal_window
    from segments
    cross join renewal
),

applicable as (
    select
        bands.*,
        places.segment,
        places.lifecycle_stage,
        places.is_in_renewal_window,
        min(bands.rule_rank) over (
            partition by
                bands.band_set, places.segment, places.lifecycle_stage, places.is_in_renewal_window
        ) as first_rank
    from bands
    inner join places
        on
            bands.rule = 'default'
            or (bands.rule = 'segment' and bands.applies_to = places.segment)
            or (bands.rule = 'stage' and bands.applies_to = places.lifecycle_stage)
            or (bands.rule = 'renewal' and places.is_in_renewal_window)
),

deciding as (
    select applicable.*
    from applicable
    cross join thresholds
    where
        applicable.rule_rank = applicable.first_rank
        or thresholds.strictest_band_decides = 1
),

-- between two limits of any deciding rule each rule gives one band
edges as (
    select distinct
        band_set,
        segment,
        lifecycle_stage,
        is_in_renewal_window,
        lower_bound
    from deciding
),

ranges as (
    select
        *,
        lead(lower_bound, 1, 100) over (
            partition by band_set, segment, lifecycle_stage, is_in_renewal_window
            order by lower_bound
        ) as upper_bound
    from edges
),

-- from the worst band up, as the band set's default has them
ranked as (
    select
        band_set,
        band,
        row_number() over (partition by band_set order by lower_bound) as band_rank
    from bands
    where rule = 'default'
),

given as (
    select
        ranges.*,
        deciding.band,
        deciding.is_flagged,
        deciding.rule,
        ranked.band_rank,
        row_number() over (
            partition by
                ranges.band_set, ranges.segment, ranges.lifecycle_stage,
                ranges.is_in_renewal_window, ranges.lower_bound
            order by ranked.band_rank, deciding.rule_rank
        ) as choice
    from ranges
    inner join deciding
        on
            ranges.band_set = deciding.band_set
            and ranges.segment = deciding.segment
            and ranges.lifecycle_stage = deciding.lifecycle_stage
            and ranges.is_in_renewal_window = deciding.is_in_renewal_window
            and ranges.lower_bound >= deciding.lower_bound
            and ranges.lower_bound < deciding.upper_bound
    inner join ranked
        on deciding.band_set = ranked.band_set and deciding.band = ranked.band
),

final as (
    select
        band_set,
        segment,
        lifecycle_stage,
        is_in_renewal_window,
        lower_bound,
        upper_bound,
        band,
        band_rank,
        is_flagged,
        rule as band_rule
    from given
    where choice = 1
)

select * from final
