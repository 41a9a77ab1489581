{#- Contract terms with the days on which they are in force. -#}

with terms as (
    select * from {{ ref('int_spine__delivered_terms') }}
),

final as (
    select
        account_id,
        subscription_id,
        plan,
        start_date,
        end_date,
        cancelled_date,
        least(
            coalesce(end_date, cast('9999-12-31' as date)),
            coalesce(cancelled_date, cast('9999-12-31' as date))
        ) as service_end_date,
        greatest(start_date, known_date) as in_force_from_date,
        -- of the first term we learn of: one learnt of later never moves it
        first_value(start_date) over (
            partition by account_id
            order by known_date, start_date
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
    from terms
)

select * from final
