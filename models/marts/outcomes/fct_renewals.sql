with term_ends as (
    select * from {{ ref('int_outcomes__term_ends') }}
),

final as (
    select
        account_id,
        ended_date,
        settled_date,
        outcome,
        arr_before,
        arr_after,
        n_terms_ended,
        is_early,
        is_voluntary,
        churn_reason,
        counts_as_churn
    from term_ends
)

select * from final
