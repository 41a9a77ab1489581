{#- Contract terms with the days on which they are in force. -#}

with delivered as (
    select * from {{ ref('int_contracts__delivered_terms') }}
),

bounded as (
    select
        *,
        least(
            coalesce(end_date, cast('9999-12-31' as date)),
            coalesce(cancelled_date, cast('9999-12-31' as date))
        ) as service_end_date,
        greatest(start_date, known_date) as in_force_from_date
    from delivered
),

-- void, or withdrawn before it began: no contract
judged as (
    select
        *,
        coalesce(start_date < service_end_date, true) as is_contract
    from bounded
),

final as (
    select
        account_id,
        subscription_id,
        plan,
        start_date,
        end_date,
        cancelled_date,
        service_end_date,
        in_force_from_date,
        is_contract,
        -- of the first contract to come into force: one learnt of later never moves it
        first_value(case when is_contract then start_date end) over (
            partition by account_id
            order by
                case when is_contract then 0 else 1 end, in_force_from_date, start_date
        ) as first_contract_date,
        gave_way_date,
        moved_to_account_id,
        missing_date,
        known_date,
        is_end_told,
        seats,
        arr_in_contract_currency,
        arr,
        currency
    from judged
)

select * from final
