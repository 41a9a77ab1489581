{#- Whether each raw table goes on being delivered, as of the clock's day: rows known later do not
    count, and a volume needs only the days of its last windows.

    Events and daily roll-ups are one stream in two tables (a day that comes in both counts once),
    read where they are reduced already: with either, both go on. -#}
{% set activity = {
    'name': 'product.activity',
    'relation': ref('int_facts__feature_days'),
    'n_rows': 'sum(n_events)',
    'condition': 'coalesce(superseded_date > (select clock.as_of_date from clock), true)',
} -%}
{% set activity_tables = [('product', 'events'), ('product', 'daily_usage')] -%}
{% set undated_tables = [('product', 'features'), ('crm', 'accounts')] -%}

{% set streams = [activity] -%}
{#- of several connections of a vendor each is judged -#}
{% set connected = [] -%}
{% for source_name, table_name in raw_tables()
    if (source_name, table_name) not in undated_tables -%}
    {% set name = source_name ~ '.' ~ table_name -%}
    {% set is_activity = (source_name, table_name) in activity_tables -%}
    {% set staging = ref('stg_' ~ source_name ~ '__' ~ table_name) if not is_activity -%}
    {% do streams.append({'name': name, 'relation': staging, 'n_rows': 'count(*)'}) if staging -%}
    {% set named = var('vendors').get(source_name, '') -%}
    {% if named is not string and named[1:] -%}
        {% set columns = raw_table(source_name, table_name).columns -%}
        {% set stream = {'name': name, 'days_in_use': 0, 'keys': []} -%}
        {#- nobody uses one that is silent for as long as it takes to know a volume, else four limits -#}
        {% for check in policy_rows('source_checks')
            if check.source_name ~ '.' ~ check.table_name == name -%}
            {% set limit = check.fail_after_days or check.warn_after_days or 0 -%}
            {% set days = (check.usual_windows or 0) * (check.volume_window_days or 0) -%}
            {% do stream.update({'days_in_use': days or 4 * limit}) -%}
        {% endfor -%}
        {% for column in columns if column.meta.get('key') -%}
            {% do stream['keys'].append('facts.' ~ column.name) -%}
        {% endfor -%}
        {#- the day is staging's, which has no connections; base has few of the events -#}
        {% do stream.update(
            {'events': raw_rows(source_name, table_name)} if is_activity
            else {'staging': staging, 'base': ref('base_' ~ source_name ~ '__' ~ table_name)}
        ) -%}
        {% do connected.append(stream)
            if 'source_relation' in columns | map(attribute='name') | list -%}
    {% endif -%}
{% endfor -%}
{% set newest = 'coalesce(stalest_rows.last_row_date, last_rows.last_row_date)' if connected
    else 'last_rows.last_row_date' -%}

with clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

delivered as (
    select * from {{ ref('int_monitoring__reconciliation') }}
    where n_accepted > 0
),

checks as (
    select
        source_checks.*,
        source_checks.source_name || '.' || source_checks.table_name as full_name,
        case
            {% for source_name, table_name in activity_tables -%}
                when
                    source_checks.source_name = '{{ source_name }}'
                    and source_checks.table_name = '{{ table_name }}'
                    then '{{ activity.name }}'
            {% endfor -%}
            else source_checks.source_name || '.' || source_checks.table_name
        end as flow
    from {{ ref('source_checks') }} as source_checks
),

last_rows as (
    {% for stream in streams -%}
        select
            '{{ stream.name }}' as flow,
            max(delivered_rows.known_date) as last_row_date
        from {{ stream.relation }} as delivered_rows
        where delivered_rows.known_date <= (select clock.as_of_date from clock)
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

{% if connected -%}
connection_rows as (
    {% for stream in connected -%}
        select
            '{{ stream.name }}' as full_name,
            dated.source_relation,
            max(dated.known_date) as last_row_date
        from (
            {% if stream.events -%}
                select
                    facts.source_relation,
                    {{ known_date('facts.known_at', 'facts.occurred_at') }} as known_date
                from ({{ stream.events }}) as facts
                where {{ in_window('facts.occurred_at', stream.days_in_use) }}
            {%- else -%}
                select
                    base.source_relation,
                    facts.known_date
                from {{ stream.staging }} as facts
                inner join {{ stream.base }} as base
                    on {{ row_key(stream['keys']) }} = base.row_key
                where base.quarantine_reason is null
            {%- endif %}
        ) as dated
        cross join clock
        where dated.known_date <= clock.as_of_date
        group by dated.source_relation, clock.as_of_date
        having
            max(dated.known_date)
            > {{ add_days('clock.as_of_date', -stream.days_in_use) }}
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

stalest_rows as (
    select
        full_name,
        source_relation,
        last_row_date,
        row_number() over (
            partition by full_name
            order by last_row_date, source_relation
        ) as staleness
    from connection_rows
),

{% endif -%}
longest as (
    select max(usual_windows) as n_windows from checks
),

past_days as (
    select
        clock.as_of_date,
        {{ date_rows(
            add_days('clock.as_of_date', '-longest.n_windows'), 'clock.as_of_date'
        ) }} as past_date
    from clock
    cross join longest
),

-- one number for each window; 0 is the newest, which ends on the clock's day
numbers as (
    select
        as_of_date,
        {{ days_between('past_date', 'as_of_date') }} as window_number
    from past_days
),

windows as (
    select
        checks.full_name,
        checks.flow,
        numbers.window_number,
        {{ add_days(
            'numbers.as_of_date', '-(numbers.window_number + 1) * checks.volume_window_days'
        ) }} as after_date,
        {{ add_days('numbers.as_of_date', '-numbers.window_number * checks.volume_window_days') }}
            as last_date
    from checks
    inner join numbers on checks.usual_windows >= numbers.window_number
),

daily as (
    {% for stream in streams -%}
        {% set first_day = "min(case when flow = '" ~ stream.name ~ "' then after_date end)" -%}
        select
            '{{ stream.name }}' as flow,
            facts.known_date,
            {{ stream.n_rows }} as n_rows
        from {{ stream.relation }} as facts
        where
            facts.known_date > (select {{ first_day }} from windows)
            {{- '\n        and ' ~ stream.condition if stream.condition }}
        group by facts.known_date
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

-- a window without rows counts as 0: a source that is young or rare has no usual volume yet
window_volumes as (
    select
        windows.full_name,
        windows.window_number,
        coalesce(sum(daily.n_rows), 0) as n_rows
    from windows
    left join daily
        on
            windows.flow = daily.flow
            and windows.after_date < daily.known_date
            and windows.last_date >= daily.known_date
    group by windows.full_name, windows.window_number
),

volumes as (
    select
        full_name,
        cast(max(case when window_number = 0 then n_rows end) as bigint) as n_rows_newest,
        cast(median(case when window_number > 0 then n_rows end) as double) as n_rows_usual
    from window_volumes
    group by full_name
),

measured as (
    select
        checks.*,
        clock.as_of_date,
        checks.full_name
        {{- " || coalesce(' of ' || stalest_rows.source_relation, '')" if connected }} as named,
        {{ newest }}{{ " as last_row_date" if connected }},
        {{ days_between(newest, 'clock.as_of_date') }} as days_behind,
        volumes.n_rows_newest,
        volumes.n_rows_usual,
        case
            when volumes.n_rows_usual >= checks.usual_minimum_rows
                then volumes.n_rows_newest / volumes.n_rows_usual
        end as volume_share
    from checks
    cross join clock
    left join delivered
        on
            checks.source_name = delivered.source_name
            and checks.table_name = delivered.table_name
    left join last_rows
        on checks.flow = last_rows.flow and delivered.table_name is not null
    {% if connected -%}
    left join stalest_rows
        on
            checks.full_name = stalest_rows.full_name
            and stalest_rows.staleness = 1
            and delivered.table_name is not null
    {% endif -%}
    left join volumes
        on checks.full_name = volumes.full_name and last_rows.last_row_date is not null
),

judged as (
    select
        *,
        case
            when last_row_date is null then 'absent'
            when days_behind > fail_after_days then 'fail'
            when days_behind > warn_after_days then 'warn'
            else 'ok'
        end as freshness_status,
        case
            when volume_share < fail_below_share then 'fail'
            when volume_share < warn_below_share then 'warn'
            else 'ok'
        end as volume_status
    from measured
),

worst as (
    select
        *,
        case
            when 'fail' in (freshness_status, volume_status) then 'fail'
            when 'warn' in (freshness_status, volume_status) then 'warn'
            else freshness_status
        end as status
    from judged
),

final as (
    select
        source_name,
        table_name,
        as_of_date,
        last_row_date,
        days_behind,
        n_rows_newest,
        n_rows_usual,
        volume_share,
        status,
        case
            when status = 'absent'
                then full_name || ': no row known by ' || cast(as_of_date as varchar)
            when status = 'ok' then named || ': last row ' || cast(last_row_date as varchar)
            when freshness_status = status
                then
                    named || ': last row ' || cast(last_row_date as varchar) || ', '
                    || cast(days_behind as varchar) || ' days before '
                    || cast(as_of_date as varchar) || '; '
                    || case
                        when status = 'fail'
                            then 'fails after ' || cast(fail_after_days as varchar)
                        else 'warns after ' || cast(warn_after_days as varchar)
                    end
            else
                full_name || ': ' || cast(n_rows_newest as varchar) || ' of the usual '
                || cast(cast(round(n_rows_usual) as bigint) as varchar) || ' rows in the '
                || cast(volume_window_days as varchar) || ' days to '
                || cast(as_of_date as varchar) || ', '
                || cast(cast(round(100 * volume_share) as integer) as varchar) || ' %; '
                || case when status = 'fail' then 'fails' else 'warns' end || ' below '
                || cast(
                    cast(
                        round(
                            100
                            * case
                                when status = 'fail' then fail_below_share else warn_below_share
                            end
                        ) as integer
                    ) as varchar
                )
                || ' %'
        end as reason
    from worst
)

select * from final
