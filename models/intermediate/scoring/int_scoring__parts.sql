{#- What the production score was made of on the newest day and on those it is compared with. -#}

with makeup as (
    select * from {{ ref('int_scoring__makeup') }}
),

past_days as (
    select * from {{ ref('int_scoring__past_days') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

compared as (
    select
        account_id,
        past_date as as_of_date
    from past_days
    union
    select
        past_days.account_id,
        clock.as_of_date
    from past_days
    cross join clock
),

looked_at as (
    select makeup.*
    from makeup
    inner join compared
        on makeup.account_id = compared.account_id and makeup.as_of_date = compared.as_of_date
),

final as (
    {% for dimension in dimensions() %}
        select
            scorecard,
            account_id,
            as_of_date,
            '{{ dimension }}' as dimension,
            health_score,
            health_score_unrounded,
            policy_version,
            weights_version,
            {{ dimension }}_is_known as is_known,
            {{ dimension }}_score_used as score_used,
            {{ dimension }}_weight as weight,
            -- of its weight, what it kept: less where little is connected or nothing applies
            case
                when {{ dimension }}_score_used is null then 0
                else coalesce({{ dimension }}_weight_left / nullif({{ dimension }}_weight, 0), 0)
            end as weight_kept
        from looked_at
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
