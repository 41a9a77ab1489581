with organizations as (
    {{ raw_rows('zendesk', 'organization', keep_raw=true) }}
),

final as (
    select
        raw_id as organization_id,
        coalesce(account_id, external_id, id) as account_id,
        raw_created_at as created_at,
        left_out
    from organizations
)

select * from final
