with judged as (
    {% for source_name, table_name in raw_tables() %}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            row_key,
            quarantine_reason,
            quarantine_column,
            refused_cells,
            raw_row
        from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
        where quarantine_reason is not null or refused_cells is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- column=reason
cells as (
    select
        *,
        {{ text_rows('refused_cells', ';') }} as refused_cell
    from judged
    where refused_cells is not null
),

quarantined as (
    select
        source_name,
        table_name,
        row_key,
        'row' as refused,
        quarantine_reason,
        quarantine_column,
        raw_row
    from judged
    where quarantine_reason is not null
    union all
    select
        source_name,
        table_name,
        row_key,
        'cell' as refused,
        {{ dbt.split_part('refused_cell', "'='", 2) }} as quarantine_reason,
        {{ dbt.split_part('refused_cell', "'='", 1) }} as quarantine_column,
        raw_row
    from cells
    where refused_cell <> ''
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

texts as (
    select
        *,
        source_name || '|' || table_name || '|' || refused || '|' || quarantine_reason
        || '|' || quarantine_column || '|' || raw_row as row_text
    from quarantined
),

hashed as (
    select
        *,
        {{ short_hash('row_text') }} as row_hash
    from texts
),

-- rows that are alike to the letter, and those that share a hash by chance
repeated as (
    select row_hash
    from hashed
    group by row_hash
    having count(*) > 1
),

-- are told apart by their number; they are few, and all others need not be sorted
numbered as (
    select
        *,
        1 as copy_number
    from hashed
    where row_hash not in (select repeated.row_hash from repeated)
    union all
    select
        *,
        row_number() over (partition by row_hash order by row_key) as copy_number
    from hashed
    where row_hash in (select repeated.row_hash from repeated)
),

final as (
    select
        {{ dbt.hash("numbered.row_text || '|' || cast(numbered.copy_number as varchar)") }}
            as quarantined_row_id,
        numbered.source_name,
        numbered.table_name,
        case
            when numbered.row_key like '%_@_%' then '(e-mail address)'
            else nullif(numbered.row_key, '')
        end as row_key,
        numbered.refused,
        numbered.quarantine_reason,
        numbered.quarantine_column,
        numbered.raw_row,
        clock.as_of_date
    from numbered
    cross join clock
)

select * from final
