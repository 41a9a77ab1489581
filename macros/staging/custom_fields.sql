{#- Further columns of crm.accounts, which the policy carries (seeds/policy/custom_fields.csv). Staging
    judges them as it does those of the contract, and passes them on in one column, custom_fields: JSON
    text of an object with the value of each field as text. So no model's columns depend on the policy. -#}

{% macro custom_fields() -%}
    {#- The fields as columns of a raw table (see raw_table), with the field's name and, as raw_name, what the
        CRM calls it. -#}
    {%- set columns = [] -%}
    {%- for row in policy_rows('custom_fields') -%}
        {%- do columns.append({
            'name': 'custom_' ~ row['field'],
            'field': row['field'],
            'raw_name': row['raw_column'] | lower,
            'data_type': {'text': 'varchar', 'number': 'double', 'date': 'date'}[row['type']],
            'meta': {'is_category': true, 'personal': true} if row['type'] == 'text' else {},
        }) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{% macro custom_fields_delivered() -%}
    {#- What this delivery says of the fields; those whose column it lacks are left out. -#}
    {%- set fields = {} -%}
    {%- for column in raw_table('crm', 'accounts').columns if column.field and column.delivered -%}
        {%- do fields.update({column.field: 'cast(' ~ column.name ~ ' as varchar)'}) -%}
    {%- endfor -%}
    {{ json_object(fields) if fields else 'cast(null as varchar)' }}
{%- endmacro %}

{% macro custom_fields_as_seen(delivered, last) -%}
    {#- The same, where a column that this delivery lacks stays as it was last. -#}
    {%- set fields = {} -%}
    {%- for column in raw_table('crm', 'accounts').columns if column.field -%}
        {%- do fields.update({
            column.field: json_text(delivered if column.delivered else last, "'" ~ column.field ~ "'"),
        }) -%}
    {%- endfor -%}
    {{ json_object(fields) if fields else 'cast(null as varchar)' }}
{%- endmacro %}
