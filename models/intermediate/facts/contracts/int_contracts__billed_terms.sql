{#- The terms that billing tells of, in the versions that builds have seen. -#}
{% set never = "cast('9999-12-31' as date)" %}

with subscriptions as (
    {{ seen_versions(ref('snap_billing__subscriptions')) }}
),

exchange_rates as (
    select * from {{ ref('exchange_rates') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

-- seats, ARR and the agreed dates come from what builds have seen; what has a date of its own (when
-- the term was learnt of, when it was cancelled) uses that
versions as (
    select
        *,
        first_value(known_date) over (
            partition by row_key
            order by from_date
        ) as first_known_date,
        last_value(cancelled_date) over (
            partition by row_key
            order by from_date
            rows between unbounded preceding and unbounded following
        ) as last_cancelled_date,
        lead(account_id) over (
            partition by row_key
            order by from_date
        ) as next_account_id,
        lag(missing_date) over (
            partition by row_key
            order by from_date
        ) as back_after_date
    from subscriptions
),

-- a new row in place of a missing one of the same account and dates is the same term under another
-- id; so is the old row, if it comes back for the new one
replacements as (
    select
        missing.row_key,
        missing.from_date,
        arrived.row_key as replacement_key,
        arrived.seen_date as replaced_date
    from versions as missing
    inner join versions as arrived
        on
            missing.account_id = arrived.account_id
            and missing.start_date = arrived.start_date
            and coalesce(missing.end_date, {{ never }}) = coalesce(arrived.end_date, {{ never }})
            and missing.row_key <> arrived.row_key
            and missing.missing_date <= arrived.seen_date
            and (missing.until_date is null or missing.until_date > arrived.seen_date)
    where
        arrived.seen_date = arrived.first_seen_date
        or arrived.back_after_date <= missing.first_seen_date
),

first_replacements as (
    select
        row_key,
        from_date,
        min(replaced_date) as replaced_date
    from replacements
    group by row_key, from_date
),

-- a version gives way to the next one of its row or to the row that replaces it; a row that stays
-- away is gone once the policy's days have passed
followed as (
    select
        versions.*,
        case
            when
                versions.from_date = cast('0001-01-01' as date)
                and (versions.row_key, versions.seen_date) in (
                    select
                        replacements.replacement_key,
                        replacements.replaced_date
                    from replacements
                )
                then versions.seen_date
            else versions.from_date
        end as counts_from_date,
        case
            when
                first_replacements.replaced_date is null
                and versions.account_id <> versions.next_account_id
                then versions.next_account_id
        end as moved_to_account_id,
        coalesce(first_replacements.replaced_date, versions.until_date) as next_date,
        case
            when versions.until_date is null and first_replacements.replaced_date is null
                then {{ add_days('versions.missing_date', 'thresholds.missing_row_days') }}
        end as gone_date,
        coalesce(least(versions.end_date, versions.last_cancelled_date), {{ never }})
            as own_end_date,
        thresholds.renewal_grace_days
    from versions
    cross join thresholds
    left join first_replacements
        on
            versions.row_key = first_replacements.row_key
            and versions.from_date = first_replacements.from_date
),

-- only while it is in service; a term moves to another account in its grace days as well
ended as (
    select
        *,
        case
            when next_date < own_end_date then next_date
            when
                moved_to_account_id is not null
                and {{ add_days('next_date', '-renewal_grace_days') }} < own_end_date
                then next_date
        end as gave_way_date,
        case when gone_date < own_end_date then gone_date end as taken_away_date
    from followed
),

final as (
    select
        ended.account_id,
        ended.row_key as subscription_id,
        ended.plan,
        ended.start_date,
        ended.end_date,
        least(ended.last_cancelled_date, ended.gave_way_date, ended.taken_away_date)
            as cancelled_date,
        ended.gave_way_date,
        case when ended.gave_way_date is not null then ended.moved_to_account_id end
            as moved_to_account_id,
        case when ended.taken_away_date is not null then ended.missing_date end as missing_date,
        greatest(ended.first_known_date, ended.counts_from_date) as known_date,
        true as is_end_told,
        ended.seats,
        ended.arr as arr_in_contract_currency,
        case
            when ended.currency is null then ended.arr
            else ended.arr * exchange_rates.rate
        end as arr,
        upper(ended.currency) as currency
    from ended
    left join exchange_rates on upper(ended.currency) = upper(exchange_rates.currency)
)

select * from final
