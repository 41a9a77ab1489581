{% macro known_date(known_at, happened_at) -%}
    cast(greatest(coalesce({{ known_at }}, {{ happened_at }}), {{ happened_at }}) as date)
{%- endmacro %}
