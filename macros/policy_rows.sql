{#- The policy as it stands in its files: for what is settled before a build has loaded the seeds, and for
    `dbt source freshness`, which loads none. -#}

{% macro policy_number(threshold) -%}
    {#- A number of seeds/policy/thresholds.csv; 0 while dbt parses. -#}
    {%- set found = looked_up('policy numbers') -%}
    {%- if not found and execute -%}
        {%- for row in policy_rows('thresholds') -%}
            {%- do found.update({row[0]: row[1]}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found.get(threshold, 0)) }}
{%- endmacro %}

{% macro policy_rows(seed) -%}
    {#- The rows of a policy seed. Unit tests know no files, and read what is loaded. -#}
    {%- if target.type != 'duckdb' or (model and model.resource_type == 'unit_test') -%}
        {%- set relation = generate_schema_name('policy', none) ~ '.' ~ seed -%}
    {%- else -%}
        {%- set file = absolute_path('seeds/policy/' ~ seed ~ '.csv') | replace("'", "''") -%}
        {%- set relation = "read_csv('" ~ file ~ "', header = true)" -%}
    {%- endif -%}
    {{ return(run_query('select * from ' ~ relation).rows) }}
{%- endmacro %}
