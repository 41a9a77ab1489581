{#- A feed is what a metric reads of a source. It is connected from the day of its first row: before
    that day, as after none, its metrics are unknown for every account. -#}

with budget_signals as (
    select signal_type from {{ ref('signal_types') }}
    where budget_effect <> 0
),

responses as (
    select * from {{ ref('stg_survey__responses') }}
),

-- each model is read once, for all of its feeds
{% for model_name, rows in feeds().items() -%}
    {{ model_name }}_days as (
        select
            {% for feed in rows -%}
                {% set day = 'greatest(known_date, cast(' ~ feed[2] ~ ' as date))' if feed[2]
                    else 'known_date' -%}
                min(case when {{ feed[1] }} then {{ day }} end) as {{ feed[0] }}_from,
                max(case when {{ feed[1] }} then {{ day }} end) as {{ feed[0] }}_last,
            {% endfor -%}
            min(known_date) as first_known_date
        from {{ ref(model_name) }}
    ),

{% endfor -%}
listed (feed, connected_from, recorded_from, last_known_date) as (
    {% for model_name, rows in feeds().items() -%}
        {% set is_last_model = loop.last -%}
        {% for feed in rows -%}
            {% set recorded_from = feed[0] ~ '_from' if feed[3] else 'first_known_date' -%}
            select '{{ feed[0] }}', {{ feed[0] }}_from, {{ recorded_from }}, {{ feed[0] }}_last
            from {{ model_name }}_days
            {{ 'union all' if not (is_last_model and loop.last) }}
        {% endfor -%}
    {% endfor -%}
),

-- every kind of survey is a feed of its own
surveyed as (
    select
        'survey_' || survey_type as feed,
        min(greatest(known_date, cast(responded_at as date))) as connected_from,
        min(greatest(known_date, cast(responded_at as date))) as recorded_from,
        max(greatest(known_date, cast(responded_at as date))) as last_known_date
    from responses
    where responded_at is not null and score is not null
    group by survey_type
),

feeds as (
    select * from listed
    union all
    select * from surveyed
),

final as (
    select
        feed,
        case when feed = 'signals' then feed else {{ dbt.split_part('feed', "'_'", 1) }} end
            as source_name,
        -- something happens in these; the others may reach back to the first contract
        feed in ('product_activity', 'crm_activities', 'support_tickets')
        or feed like 'survey%' as is_activity_feed,
        connected_from,
        recorded_from,
        last_known_date
    from feeds
    where connected_from is not null
)

select * from final
