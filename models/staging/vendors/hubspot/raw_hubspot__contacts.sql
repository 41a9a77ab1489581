with contacts as (
    {{ raw_rows('hubspot', 'contact', keep_raw=true) }}
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

final as (
    select
        contacts.source_relation,
        contacts.raw_id as contact_id,
        contacts.raw_property_associatedcompanyid as account_id,
        concat_ws(' ', contacts.property_firstname, contacts.property_lastname) as full_name,
        contacts.raw_property_email as email,
        contacts.raw_department as department,
        contacts.raw_property_createdate as created_at,
        contacts.raw_left_at as left_at,
        case
            when merged.id is null then contacts.left_out
            else 'merged into another contact'
        end as left_out
    from contacts
    left join merged on contacts.id = merged.id
)

select * from final
