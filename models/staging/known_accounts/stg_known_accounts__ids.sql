{#- The accounts we know: the CRM's, also those it has deleted since or a night without it, so their
    past stays, less those that another of its connections has too; where the company has no CRM
    source, those that billing names and nobody has given to another by hand; without either, those
    seen in the product. Which it is is known when the model is compiled, and only that is read. -#}

-- depends_on: {{ ref('snap_crm__accounts') }}, {{ ref('stg_known_accounts__duplicates') }}
-- depends_on: {{ ref('account_matches') }}
{% set seen = load_relation(ref('snap_crm__accounts')) if execute %}
{% set named -%}
    select distinct account_id
    from ({{ raw_rows('billing', 'subscriptions') }}) as subscriptions
    where account_id is not null
{%- endset %}
with final as (
    {% if raw_table('crm', 'accounts').sql or (seen and not is_empty(seen)) %}
        select distinct account_id
        from {{ ref('snap_crm__accounts') }}
        where
            account_id not in (
                select duplicates.account_id
                from {{ ref('stg_known_accounts__duplicates') }} as duplicates
            )
    {% elif raw_table('billing', 'subscriptions').sql %}
        select named.account_id
        from ({{ named }}) as named
        where
            named.account_id not in (
                select gone.known_as
                from (
                    select
                        {{ clean_id('raw_account_id') }} as known_as,
                        {{ clean_id('account_id') }} as account_id
                    from {{ ref('account_matches') }}
                    where coalesce(source_name, 'billing') = 'billing'
                ) as gone
                inner join ({{ named }}) as kept on gone.account_id = kept.account_id
                where gone.known_as <> gone.account_id
            )
    {% else %}
        {% for table_name in ['users', 'daily_usage', 'events'] %}
            select account_id
            from ({{ raw_rows('product', table_name) }}) as product_{{ table_name }}
            where account_id is not null
            {% if not loop.last %}union{% endif %}
        {% endfor %}
    {% endif %}
)

select * from final
