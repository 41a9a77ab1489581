with spine as (
    select * from {{ ref('int_spine__account_days') }}
    where {{ in_window('as_of_date') }}
),

{% for dimension in dimensions() %}
    {{ dimension }} as (
        select * from {{ ref('int_' ~ dimension ~ '__scores') }}
    ),

{% endfor %}
final as (
    select
        spine.account_id,
        spine.as_of_date,
        spine.day_number,
        spine.segment,
        spine.lifecycle_stage,
        spine.is_in_renewal_window,
        {% for dimension in dimensions() %}
            {{ dimension }}.{{ dimension }}_score,
            {{ dimension }}.{{ dimension }}_coverage,
            {{ dimension }}.{{ dimension }}_connected,
            {{ dimension }}.{{ dimension }}_is_not_applicable{% if not loop.last %},{% endif %}
        {% endfor %}
    from spine
    {% for dimension in dimensions() %}
        inner join {{ dimension }}
            on
                spine.account_id = {{ dimension }}.account_id
                and spine.as_of_date = {{ dimension }}.as_of_date
    {% endfor %}
)

select * from final
