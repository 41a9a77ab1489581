{% macro custom_fields() -%}
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

{% macro custom_fields_as_json(seen=none, last=none) -%}
    {%- set fields = {} -%}
    {%- for column in raw_table('crm', 'accounts').columns if column.field and (last or column.delivered) -%}
        {%- do fields.update({
            column.field: json_text(seen if column.delivered else last, "'" ~ column.field ~ "'") if last
                else 'cast(' ~ column.name ~ ' as varchar)',
        }) -%}
    {%- endfor -%}
    cast({{ 'to_json(' ~ struct_of(fields) ~ ')' if fields else 'null' }} as varchar)
{%- endmacro %}
