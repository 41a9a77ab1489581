with quarantined as (
    {% for source_name, table_name in raw_tables() %}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            row_key,
            quarantine_reason,
            quarantine_column,
            raw_row
        from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
        where quarantine_reason is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

clock as (
    select * from {{ ref('int_spine__clock') }}
),

-- rows that are alike to the letter are told apart by their number
numbered as (
    select
        *,
        row_number() over (
            -- a hash sorts faster than text; rows that share one by chance are only numbered on
            partition by {{ short_hash(
                "source_name || '|' || table_name || '|' || quarantine_reason || '|' || raw_row"
            ) }}
            order by row_key
        ) as copy_number
    from quarantined
),

final as (
    select
        {{ dbt.hash(
            "numbered.source_name || '|' || numbered.table_name || '|' || "
            ~ "numbered.quarantine_reason || '|' || numbered.raw_row || '|' || "
            ~ "cast(numbered.copy_number as varchar)"
        ) }} as quarantined_row_id,
        numbered.source_name,
        numbered.table_name,
        nullif(numbered.row_key, '') as row_key,
        numbered.quarantine_reason,
        numbered.quarantine_column,
        numbered.raw_row,
        clock.as_of_date
    from numbered
    cross join clock
)

select * from final
