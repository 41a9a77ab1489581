with features as (
    {{ raw_rows('pendo', 'feature_history', keep_raw=true) }}
),

pages as (
    {{ raw_rows('pendo', 'page_history', keep_raw=true) }}
),

versions as (
    select
        source_relation,
        id,
        raw_id,
        raw_name,
        coalesce(cast(raw_feature_type as varchar), 'feature') as feature_type,
        false as is_page,
        raw_is_core_event as is_core,
        raw_is_key as is_key,
        last_updated_at,
        left_out
    from features
    union all
    select
        source_relation,
        id,
        raw_id,
        raw_name,
        'page_view' as feature_type,
        true as is_page,
        null as is_core,
        null as is_key,
        last_updated_at,
        left_out
    from pages
),

numbered as (
    select
        *,
        row_number() over (
            partition by is_page, id
            order by last_updated_at desc nulls last
        ) as version_number
    from versions
),

final as (
    select
        source_relation,
        raw_id as event_name,
        raw_id as feature_id,
        raw_name as feature_name,
        feature_type,
        is_core,
        is_key,
        coalesce(
            left_out, case when version_number > 1 then 'earlier version of a row' end
        ) as left_out
    from numbered
)

select * from final
