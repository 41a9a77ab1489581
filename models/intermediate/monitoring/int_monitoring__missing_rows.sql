{#- Rows that earlier builds saw and this one does not: an outage or a deletion, nobody knows which
    until the policy's days have passed. -#}
{% set snapshots = {
    'billing.subscriptions': ref('snap_billing__subscriptions'),
    'crm.accounts': ref('snap_crm__accounts'),
    'crm.contact_roles': ref('snap_crm__contact_roles'),
    'crm.contacts': ref('snap_crm__contacts'),
    'product.users': ref('snap_product__users'),
} %}

with clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

newest as (
    {% for table_name, snapshot in snapshots.items() %}
        select
            '{{ table_name }}' as table_name,
            missing_date
        from ({{ seen_versions(snapshot) }}) as versions
        where until_date is null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

dated as (
    select
        newest.table_name,
        newest.missing_date,
        {{ add_days('newest.missing_date', 'thresholds.missing_row_days') }} as gone_date,
        clock.asked_date,
        thresholds.missing_row_days
    from newest
    cross join clock
    cross join thresholds
),

-- those that count as gone are told of once: by the builds that publish the day they went on
counted as (
    select
        table_name,
        count(case when missing_date is null then 1 end) as n_delivered,
        count(case when gone_date > asked_date then 1 end) as n_missing,
        count(
            case
                when
                    gone_date <= asked_date
                    and gone_date >= cast('{{ published_from() }}' as date)
                    then 1
            end
        ) as n_gone,
        min(case when gone_date > asked_date then missing_date end)
            as first_missing_date,
        max(missing_row_days) as missing_row_days
    from dated
    group by table_name
),

final as (
    select
        table_name,
        n_delivered,
        n_missing,
        n_gone,
        first_missing_date,
        table_name || ': rows that earlier builds saw are not delivered'
        || case
            when n_missing > 0
                then
                    '; ' || n_missing || ' (beside ' || n_delivered || ' that are), the first'
                    || ' since ' || first_missing_date || ', count as there for '
                    || cast(missing_row_days as integer) || ' days'
            else ''
        end
        || case
            when n_gone > 0
                then '; ' || n_gone || ' have been away for as long and count as gone'
            else ''
        end as reason
    from counted
    where n_missing > 0 or n_gone > 0
)

select * from final
