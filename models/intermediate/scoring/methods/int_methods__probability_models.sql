{#- The models of the method probability, a row per version and segment: coefficients and means
    as columns. -#}

with places as (
    select distinct segment from {{ ref('int_policy__places') }}
),

fits as (
    select * from {{ ref('int_methods__probability_fits') }}
    where reason is null
),

wide as (
    select
        valid_from,
        segment,
        {% for dimension in dimensions() %}
            max(case when term = '{{ dimension }}' then coefficient end)
                as {{ dimension }}_coefficient,
            max(case when term = '{{ dimension }}' then mean end) as {{ dimension }}_mean,
        {% endfor %}
        max(case when term = 'intercept' then coefficient end) as intercept
    from fits
    group by valid_from, segment
),

versions as (
    select
        valid_from,
        lead(valid_from) over (order by valid_from) as valid_until
    from wide
    where segment = 'other'
),

-- a segment that the model has not seen has the intercept of all
final as (
    select
        places.segment,
        versions.valid_until,
        wide.valid_from,
        {% for dimension in dimensions() %}
            wide.{{ dimension }}_coefficient,
            wide.{{ dimension }}_mean,
        {% endfor %}
        wide.intercept
    from versions
    cross join places
    left join wide as own
        on versions.valid_from = own.valid_from and places.segment = own.segment
    inner join wide
        on
            versions.valid_from = wide.valid_from
            and coalesce(own.segment, 'other') = wide.segment
)

select * from final
