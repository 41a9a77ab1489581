{#- What became of the accounts observed, by horizon. A label exists only when its horizon and the
    grace days after it have passed: before that nobody could know it. -#}

with observations as (
    select * from {{ ref('int_outcomes__observations') }}
),

term_ends as (
    select * from {{ ref('int_outcomes__term_ends') }}
    where outcome = 'churned' or counts_as_churn
),

terms as (
    select * from {{ ref('int_contracts__terms') }}
    where is_end_told
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

horizons as (
    {% for days in [30, 60, 90] %}
        select {{ days }} as horizon_days
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- the first one after the observation: who came back may leave again
losses as (
    select
        observations.account_id,
        observations.as_of_date,
        min(term_ends.ended_date) as lost_date,
        min_by(term_ends.counts_as_churn, term_ends.ended_date) as counts_as_churn
    from observations
    inner join term_ends
        on
            observations.account_id = term_ends.account_id
            and observations.as_of_date < term_ends.ended_date
    group by observations.account_id, observations.as_of_date
),

ripening as (
    select
        observations.account_id,
        observations.as_of_date,
        observations.segment,
        observations.arr,
        horizons.horizon_days,
        {{ add_days(
            'observations.as_of_date',
            'horizons.horizon_days'
            ~ ' + greatest(thresholds.renewal_grace_days, thresholds.missing_row_days)'
        ) }} as matured_date
    from observations
    cross join horizons
    cross join thresholds
),

labelled as (
    select
        ripening.*,
        losses.counts_as_churn,
        case
            when
                losses.lost_date
                <= {{ add_days('ripening.as_of_date', 'ripening.horizon_days') }}
                then losses.lost_date
        end as lost_date
    from ripening
    cross join clock
    left join losses
        on
            ripening.account_id = losses.account_id
            and ripening.as_of_date = losses.as_of_date
    where
        ripening.matured_date <= clock.as_of_date
        -- where no source tells who has left, nobody is known to have stayed
        and exists (select 1 from terms)
),

-- whether an account lost in a way that the policy does not count would have stayed, nobody knows
final as (
    select
        account_id,
        as_of_date,
        horizon_days,
        matured_date,
        segment,
        arr,
        lost_date is not null as is_churned,
        lost_date as churned_date
    from labelled
    where lost_date is null or counts_as_churn
)

select * from final
