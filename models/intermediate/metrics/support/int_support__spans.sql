with tickets as (
    select
        *,
        cast(created_at as date) as created_date,
        cast(resolved_at as date) as resolved_date,
        cast(first_response_at as date) as first_response_date,
        cast(reopened_at as date) as reopened_date,
        -- by the time a ticket is resolved, an undated flag must be set
        cast(
            coalesce(escalated_at, case when is_escalated then resolved_at end) as date
        ) as escalated_date,
        cast(coalesce(csat_at, resolved_at) as date) as csat_date
    from {{ ref('stg_support__tickets') }}
),

organizations as (
    select * from {{ ref('stg_support__organizations') }}
),

severe as (
    select * from tickets
    where priority in ('p1', 'p2')
),

-- open until resolved, and again from a later re-opening on
opened as (
    select
        account_id,
        priority,
        known_date as from_date,
        resolved_date as until_date
    from tickets
    union all
    select
        account_id,
        priority,
        greatest(known_date, reopened_date) as from_date,
        cast(null as date) as until_date
    from tickets
    where reopened_at > resolved_at
),

resolved as (
    select * from tickets
    where resolved_at >= created_at
),

responded as (
    select * from tickets
    where first_response_at >= created_at
),

organizations_present as (
    select {{ span('support_organizations', 'known_date', entity='organization_id') | indent(8) }}
    from organizations
),

final as (
    {{ presence_spans('organizations_present') }}
    union all
    select {{ span('tickets_90d', 'known_date', add_days('created_date', 90)) }}
    from tickets
    union all
    select {{ span('prioritised_tickets_90d', 'known_date', add_days('created_date', 90)) }}
    from tickets
    where priority is not null
    union all
    select {{ span('severe_tickets_90d', 'known_date', add_days('created_date', 90)) }}
    from severe
    union all
    select {{ span('open_tickets', 'from_date', 'until_date') }}
    from opened
    {% for priority in ['p1', 'p2'] %}
        union all
        select {{ span('open_' ~ priority ~ '_tickets', 'from_date', 'until_date') }}
        from opened
        where priority = '{{ priority }}'
    {% endfor %}
    {% for relation, measure, done in [
        ('resolved', 'resolution', 'resolved'),
        ('responded', 'first_response', 'first_response'),
    ] %}
        union all
        select
            {{ span(
                measure ~ '_hours_90d', 'greatest(known_date, ' ~ done ~ '_date)',
                add_days(done ~ '_date', 90),
                dbt.datediff('created_at', done ~ '_at', 'second') ~ ' / 3600.0'
            ) }}
        from {{ relation }}
        union all
        select
            {{ span(
                measure ~ 's_90d', 'greatest(known_date, ' ~ done ~ '_date)',
                add_days(done ~ '_date', 90)
            ) }}
        from {{ relation }}
    {% endfor %}
    {% for happening in ['reopened', 'escalated'] %}
        union all
        select
            {{ span(
                happening ~ '_90d', 'greatest(known_date, ' ~ happening ~ '_date)',
                add_days(happening ~ '_date', 90)
            ) }}
        from tickets
        where {{ happening }}_date is not null
    {% endfor %}
    {% for measure, amount in [('csat_sum', 'csat_score'), ('csat_answers', '1')] %}
        union all
        select
            {{ span(
                measure, 'greatest(known_date, csat_date)', add_days('csat_date', 90), amount
            ) }}
        from tickets
        where csat_score is not null and csat_date is not null
    {% endfor %}
)

select * from final
-- those that reach into the days this build computes
where {{ reaches_window('until_date') }}
