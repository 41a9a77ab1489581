{#- Every day that metrics can be asked for: MetricFlow joins by it. -#}

with clock as (
    select as_of_date from {{ ref('stg_calendar__clock') }}
),

final as (
    select {{ date_rows("cast('2015-01-01' as date)", 'as_of_date') }} as date_day
    from clock
)

select * from final
