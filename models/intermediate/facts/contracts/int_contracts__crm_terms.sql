{#- The terms that the CRM tells of by its states (customer since, churned): one per stay, as a
    customer may leave and come back. -#}
{% set never = "cast('9999-12-31' as date)" %}

with attributes as (
    select * from {{ ref('int_facts__account_attributes') }}
),

contacts as (
    {{ seen_versions(ref('snap_crm__contacts')) }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

states as (
    select
        attributes.account_id,
        attributes.from_date as state_date,
        attributes.not_before_date,
        attributes.missing_date,
        attributes.customer_since_date,
        case
            when attributes.churned_date >= attributes.customer_since_date
                then attributes.churned_date
        end as churned_date,
        -- a churn before the first day as a customer is that of the stay before
        case
            when attributes.churned_date < attributes.customer_since_date
                then attributes.churned_date
        end as earlier_churned_date,
        lead(attributes.from_date) over account_states as next_state_date,
        lag(attributes.customer_since_date) over account_states as last_since_date,
        lag(attributes.churned_date) over account_states as last_churned_date
    from attributes
    where attributes.customer_since_date is not null
    window account_states as (partition by attributes.account_id order by attributes.from_date)
),

returned as (
    select
        *,
        coalesce(
            last_since_date < customer_since_date
            and (
                earlier_churned_date >= last_since_date
                or last_churned_date between last_since_date and customer_since_date
            ),
            false
        ) as is_return
    from states
),

-- the days on which each state has the account as a customer
service as (
    select
        *,
        case
            when last_since_date is null or last_since_date >= state_date or is_return
                then customer_since_date
            else greatest(customer_since_date, coalesce(not_before_date, state_date))
        end as from_date,
        coalesce(least(next_state_date, churned_date), {{ never }}) as until_date
    from returned
),

starts as (
    select
        *,
        from_date < until_date
        and (
            is_return
            or coalesce(
                from_date > max(until_date) over (
                    partition by account_id
                    order by state_date
                    rows between unbounded preceding and 1 preceding
                ),
                true
            )
        ) as is_start
    from service
),

numbered as (
    select
        *,
        sum(case when is_start then 1 else 0 end) over (
            partition by account_id
            order by state_date
            rows unbounded preceding
        ) as stay_number
    from starts
),

stays as (
    select
        account_id,
        stay_number,
        max(missing_date) as missing_date,
        min(case when from_date < until_date then from_date end) as from_date,
        max(case when from_date < until_date then until_date end) as until_date,
        max_by(coalesce(churned_date, {{ never }}), state_date) as churned_date,
        max(case when is_start then earlier_churned_date end) as earlier_churned_date,
        max(case when is_start and is_return then 1 else 0 end) = 1 as is_return
    from numbered
    where stay_number > 0
    group by account_id, stay_number
),

followed as (
    select
        *,
        lead(from_date) over account_stays as next_from_date,
        lead(earlier_churned_date) over account_stays as next_churned_date,
        lead(is_return) over account_stays as is_next_return
    from stays
    window account_stays as (partition by account_id order by stay_number)
),

contact_moves as (
    select
        account_id,
        lead(account_id) over (partition by row_key order by from_date) as next_account_id,
        until_date as moved_date
    from contacts
),

-- the contacts that an account had when its record went missing
last_contacts as (
    select
        followed.account_id,
        contact_moves.next_account_id,
        contact_moves.moved_date,
        count(*) over (partition by followed.account_id) as n_contacts
    from followed
    cross join thresholds
    inner join contact_moves on followed.account_id = contact_moves.account_id
    where
        followed.next_from_date is null
        and (
            contact_moves.moved_date is null
            or contact_moves.moved_date
            >= {{ add_days('followed.missing_date', '-thresholds.missing_row_days') }}
        )
),

-- if most of them went to one other account, the two were merged
mergers as (
    select
        account_id,
        next_account_id,
        min(moved_date) as moved_date
    from last_contacts
    where account_id <> next_account_id
    group by account_id, next_account_id, n_contacts
    having 2 * count(*) > n_contacts
),

-- a churn that the CRM takes back within the policy's days was entered by mistake
ended as (
    select
        followed.*,
        coalesce(
            not followed.is_next_return
            and followed.next_from_date
            < {{ add_days('followed.until_date', 'thresholds.missing_row_days') }},
            false
        ) as is_withdrawn,
        case
            when followed.next_from_date is null
                then {{ add_days('followed.missing_date', 'thresholds.missing_row_days') }}
        end as gone_date,
        case
            when
                followed.next_from_date is null
                and followed.missing_date is not null
                and mergers.moved_date is not null
                then greatest(mergers.moved_date, followed.missing_date)
        end as merged_date,
        mergers.next_account_id as merged_into_account_id
    from followed
    cross join thresholds
    left join mergers on followed.account_id = mergers.account_id
),

numbered_terms as (
    select
        *,
        case
            when is_withdrawn then until_date
            when is_next_return then coalesce(next_churned_date, churned_date)
            else least(until_date, churned_date)
        end as own_end_date,
        1 + count(case when not is_withdrawn then 1 end) over (
            partition by account_id
            order by stay_number
            rows between unbounded preceding and 1 preceding
        ) as term_number
    from ended
),

terms as (
    select
        *,
        case
            when is_withdrawn then until_date
            when merged_date < least(own_end_date, gone_date) then merged_date
        end as gave_way_date
    from numbered_terms
),

final as (
    select
        account_id,
        case when term_number = 1 then account_id else account_id || '|' || term_number end
            as subscription_id,
        cast(null as varchar) as plan,
        min(from_date) over (partition by account_id, term_number) as start_date,
        cast(null as date) as end_date,
        nullif(least(own_end_date, gone_date, gave_way_date), {{ never }}) as cancelled_date,
        gave_way_date,
        case when gave_way_date = merged_date then merged_into_account_id end
            as moved_to_account_id,
        case when gone_date < own_end_date and gave_way_date is null then missing_date end
            as missing_date,
        from_date as known_date,
        true as is_end_told,
        cast(null as double) as seats,
        cast(null as double) as arr_in_contract_currency,
        cast(null as double) as arr,
        cast(null as varchar) as currency
    from terms
)

select * from final
