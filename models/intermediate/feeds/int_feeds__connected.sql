{#- A feed is what a metric reads of a source. It is connected from the day of its first row: before
    that day, as after none, its metrics are unknown for every account. -#}

{% set listed_feeds = feeds() | rejectattr('model', 'none') | list %}
{% set models = listed_feeds | map(attribute='model') | unique | list %}

with budget_signals as (
    select signal_type from {{ ref('signal_types') }}
    where budget_effect <> 0
),

responses as (
    select * from {{ ref('stg_survey__responses') }}
),

-- each model is read once, for all of its feeds
{% for model_name in models %}
    {{ model_name }}_days as (
        select
            {% for feed in listed_feeds if feed.model == model_name %}
                {% for bound, function in [('from', 'min'), ('last', 'max')] %}
                    {{ function }}(case when {{ feed.condition }} then {{ feed.row_date }} end)
                        as {{ feed.name }}_{{ bound }},
                {% endfor %}
            {% endfor %}
            min(known_date) as first_known_date
        from {{ ref(model_name) }}
    ),

{% endfor %}
listed as (
    {% for feed in listed_feeds %}
        select
            '{{ feed.name }}' as feed,
            {{ feed.name }}_from as connected_from,
            {{ feed.name ~ '_from' if feed.own_warm_up else 'first_known_date' }} as recorded_from,
            {{ feed.name }}_last as last_known_date
        from {{ feed.model }}_days
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
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
