with relations as (
    {{ raw_rows('salesforce', 'account_contact_relation', keep_raw=true) }}
),

-- a row per role; one without any keeps its row
roles as (
    select
        *,
        {{ text_rows("coalesce(roles, '')", ';') }} as held_role
    from relations
),

final as (
    select
        source_relation,
        raw_contact_id as contact_id,
        raw_account_id as account_id,
        trim(held_role) as role,  -- noqa: RF04
        raw_start_date as start_date,
        -- Salesforce's is the last day; one that was ended without a date ended by its last change
        case
            when end_date is not null then cast({{ dbt.dateadd('day', 1, 'end_date') }} as varchar)
            when not is_active and raw_end_date is null then cast(raw_last_modified_date as varchar)
            else cast(raw_end_date as varchar)
        end as end_date,
        coalesce(left_out, case when held_role = '' then 'relation without a role' end) as left_out
    from roles
)

select * from final
