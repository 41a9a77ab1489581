{#- What bears on when an account can leave, whatever its health: what a score leaves out. -#}

with spine as (
    select * from {{ ref('int_spine__account_days') }}
),

financial as (
    select * from {{ ref('int_financial__metrics') }}
),

timed as (
    select
        spine.account_id,
        spine.as_of_date,
        spine.segment,
        spine.arr,
        financial.commitment_90d,
        case
            when financial.commitment_90d = 0 then 1 - coalesce(spine.committed_arr_share_90d, 0)
            else 0
        end as ends,
        least(greatest(coalesce(spine.days_to_renewal, 0), 0), 90) / 90.0 as distance,
        case
            when financial.commitment_90d = 1 then 0.0
            when financial.contract_months < 1 then ln(1 / 12.0)
            else ln(financial.contract_months / 12.0)
        end as term_length,
        ln(1 + greatest(coalesce(spine.tenure_days, 0), 0) / 365.25) as tenure
    from spine
    inner join financial
        on
            spine.account_id = financial.account_id
            and spine.as_of_date = financial.as_of_date
),

final as (
    select
        account_id,
        as_of_date,
        segment,
        arr,
        ends,
        ends * (1 - distance) as nearness,
        case when commitment_90d = 1 then 1.0 else 0.0 end as rolls_on,
        coalesce(term_length, 0) as term_length,
        case when commitment_90d is null then 1.0 else 0.0 end as no_contract_known,
        tenure
    from timed
)

select * from final
