{% macro policy_number(threshold) -%}
    {%- set found = policy_rows('thresholds') | selectattr('threshold', 'eq', threshold) | first -%}
    {{ return(found.value if found else 0) }}
{%- endmacro %}

{% macro policy_rows(seed) -%}
    {%- if not execute -%}
        {{ return([]) }}
    {%- elif target.type != 'duckdb' or (model and model.resource_type == 'unit_test') -%}
        {%- set relation = generate_schema_name('policy', none) ~ '.' ~ seed -%}
    {%- else -%}
        {%- set file = absolute_path('seeds/policy/' ~ seed ~ '.csv') | replace("'", "''") -%}
        {%- set relation = "read_csv('" ~ file ~ "', header = true, comment = '')" -%}
    {%- endif -%}
    {%- set found = looked_up('policy rows') -%}
    {%- if relation not in found -%}
        {%- do found.update({relation: run_query('select * from ' ~ relation).rows}) -%}
    {%- endif -%}
    {{ return(found[relation]) }}
{%- endmacro %}
