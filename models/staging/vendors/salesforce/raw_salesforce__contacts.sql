with contacts as (
    {{ raw_rows('salesforce', 'contact', keep_raw=true) }}
),

final as (
    select
        source_relation,
        raw_id as contact_id,
        raw_account_id as account_id,
        raw_name as full_name,
        raw_email as email,
        raw_department as department,
        raw_created_date as created_at,
        raw_left_at as left_at,
        left_out
    from contacts
)

select * from final
