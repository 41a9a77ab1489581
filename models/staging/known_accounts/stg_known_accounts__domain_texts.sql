{#- A text is what a source has: a domain, a web or an e-mail address, or several. It may name a
    person, so this stays a view. Nothing but the domains goes on from here. -#}
{{ config(materialized='view') }}

{% set delivered = [] %}
{% for source_name, table_name in raw_tables() %}
    {% if 'account_domain' in raw_table(source_name, table_name).types %}
        {% do delivered.append((source_name, table_name)) %}
    {% endif %}
{% endfor %}
{#- lists come with brackets and quotes, cells with line breaks -#}
{% set separators = "', \"''[]' || chr(9) || chr(10) || chr(13)" %}
{% set letter = '[^][ /@:?#<>().]' %}

with accounts as (
    select * from {{ ref('snap_crm__accounts') }}
),

-- each text once: there may be one per event
texts as (
    select distinct
        'crm.accounts' as place,
        domains as delivered
    from accounts
    where dbt_valid_to is null
    {% if delivered %}
        union all
        select distinct
            'crm.contacts' as place,
            email as delivered
        from ({{ raw_rows('crm', 'contacts', only_column='email') }}) as contacts
    {% endif %}
    {% for source_name, table_name in delivered %}
        union all
        select distinct
            '{{ source_name }}.{{ table_name }}' as place,
            account_domain as delivered
        from ({{ raw_rows(source_name, table_name, only_column='account_domain') }})
            as {{ table_name }}_rows
    {% endfor %}
),

parts as (
    select distinct
        place,
        delivered,
        {{ text_rows("translate(delivered, " ~ separators ~ ", ';;;;;;;;;')", ';') }} as part
    from texts
    where delivered is not null
),

-- without scheme, name and @, www, port and path
named as (
    select distinct
        place,
        delivered,
        regexp_extract(
            lower(part),
            '^([a-z]+:)?(//)?([^@/?#]*@)?(www[.])?'
            || '({{ letter }}+([.]{{ letter }}+)*[.]{{ letter }}{2,})',
            5
        ) as domain_name
    from parts
),

final as (
    select
        place,
        delivered,
        domain_name
    from named
    where domain_name <> ''
)

select * from final
