{% macro known_date(known_at, happened_at) -%}
    {#- Day on which a row's fact could first be known: known_at, else when it happened, and never
        before it happened. -#}
    cast(greatest(coalesce({{ known_at }}, {{ happened_at }}), {{ happened_at }}) as date)
{%- endmacro %}
