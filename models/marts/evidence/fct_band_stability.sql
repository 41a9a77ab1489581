{#- How often bands change, by each day's score alone and as published, and what it costs. -#}

with bands as (
    select * from {{ ref('int_scoring__steady_bands') }}
),

churns as (
    select * from {{ ref('int_outcomes__term_ends') }}
    where counts_as_churn
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

newest as (
    select max(as_of_date) as as_of_date
    from bands
),

both_bands as (
    select
        'raw' as band_kind,
        scorecard,
        account_id,
        as_of_date,
        raw_band as band,
        raw_is_flagged as is_flagged
    from bands
    union all
    select
        'published' as band_kind,
        scorecard,
        account_id,
        as_of_date,
        band,
        is_flagged
    from bands
),

recent as (
    select
        both_bands.*,
        lag(both_bands.band) over account_days as band_before,
        {{ days_between(
            'lag(both_bands.as_of_date) over account_days', 'both_bands.as_of_date'
        ) }} as days_since_before
    from both_bands
    cross join newest
    cross join thresholds
    where
        both_bands.as_of_date
        > {{ add_days('newest.as_of_date', '-thresholds.shown_stability_days') }}
    window account_days as (
        partition by both_bands.band_kind, both_bands.scorecard, both_bands.account_id
        order by both_bands.as_of_date
    )
),

account_years as (
    select
        band_kind,
        scorecard,
        sum(days_since_before) / 365.0 as account_years
    from recent
    where band <> 'insufficient data'
    group by band_kind, scorecard
),

changes as (
    select
        *,
        lead(band) over account_changes as next_band,
        lead(as_of_date) over account_changes as next_date
    from recent
    where band <> band_before and 'insufficient data' not in (band, band_before)
    window account_changes as (
        partition by band_kind, scorecard, account_id order by as_of_date
    )
),

changed as (
    select
        changes.band_kind,
        changes.scorecard,
        count(*) as n_changes,
        count(
            case
                when
                    changes.next_band = changes.band_before
                    and {{ days_between('changes.as_of_date', 'changes.next_date') }}
                    <= thresholds.band_reversal_days
                    then 1
            end
        ) as n_reversals
    from changes
    cross join thresholds
    group by changes.band_kind, changes.scorecard
),

-- the first flag before each churn of the year
warned as (
    select
        both_bands.band_kind,
        both_bands.scorecard,
        both_bands.account_id,
        churns.ended_date,
        min(case when both_bands.is_flagged then both_bands.as_of_date end)
            as first_flagged_date
    from churns
    cross join thresholds
    cross join newest
    inner join both_bands
        on
            churns.account_id = both_bands.account_id
            and churns.ended_date > both_bands.as_of_date
            and {{ add_days('churns.ended_date', '-thresholds.warning_days') }}
            <= both_bands.as_of_date
    where
        both_bands.band <> 'insufficient data'
        and churns.ended_date
        > {{ add_days('newest.as_of_date', '-thresholds.shown_stability_days') }}
    group by
        both_bands.band_kind, both_bands.scorecard, both_bands.account_id, churns.ended_date
),

leads as (
    select
        warned.band_kind,
        warned.scorecard,
        count(*) as n_lost,
        count(warned.first_flagged_date) as n_lost_flagged,
        median({{ days_between('raw_warned.first_flagged_date', 'warned.first_flagged_date') }})
            as median_days_later
    from warned
    inner join warned as raw_warned
        on
            warned.scorecard = raw_warned.scorecard
            and warned.account_id = raw_warned.account_id
            and warned.ended_date = raw_warned.ended_date
            and raw_warned.band_kind = 'raw'
    group by warned.band_kind, warned.scorecard
),

final as (
    select
        account_years.scorecard,
        account_years.band_kind,
        round(account_years.account_years, 1) as account_years,
        coalesce(changed.n_changes, 0) as n_changes,
        round(coalesce(changed.n_changes, 0) / nullif(account_years.account_years, 0), 2)
            as changes_per_account_year,
        coalesce(changed.n_reversals, 0) as n_reversals,
        coalesce(leads.n_lost, 0) as n_lost,
        coalesce(leads.n_lost_flagged, 0) as n_lost_flagged,
        leads.median_days_later
    from account_years
    left join changed
        on
            account_years.scorecard = changed.scorecard
            and account_years.band_kind = changed.band_kind
    left join leads
        on
            account_years.scorecard = leads.scorecard
            and account_years.band_kind = leads.band_kind
)

select * from final
