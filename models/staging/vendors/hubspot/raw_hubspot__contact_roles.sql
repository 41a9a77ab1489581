with contacts as (
    {{ raw_rows('hubspot', 'contact') }}
),

merged_ids as (
    select
        source_relation,
        {{ text_rows("coalesce(property_hs_merged_object_ids, '')", ';') }} as merged_id
    from contacts
),

merged as (
    select distinct concat_ws(':', source_relation, trim(merged_id)) as id
    from merged_ids
),

roles as (
    select
        source_relation,
        id,
        property_associatedcompanyid,
        {{ text_rows('property_hs_buying_role', ';') }} as held_role
    from contacts
    where property_hs_buying_role is not null
),

final as (
    select
        roles.source_relation,
        roles.id as contact_id,
        roles.property_associatedcompanyid as account_id,
        trim(roles.held_role) as role,  -- noqa: RF04
        case when merged.id is not null then 'merged into another contact' end as left_out
    from roles
    left join merged on roles.id = merged.id
)

select * from final
