{% macro policy_rows(seed) -%}
    {#- The rows of a policy seed as they stand in its file, for what has to be known before the build has
        loaded the seeds. -#}
    {{ return(adapter.dispatch('policy_rows', 'customer_health')(seed)) }}
{%- endmacro %}

{% macro default__policy_rows(seed) -%}
    {{ return(run_query('select * from ' ~ generate_schema_name('policy', none) ~ '.' ~ seed).rows) }}
{%- endmacro %}

{% macro duckdb__policy_rows(seed) -%}
    {%- set file = absolute_path('seeds/policy/' ~ seed ~ '.csv') | replace("'", "''") -%}
    {{ return(run_query("select * from read_csv('" ~ file ~ "', header = true)").rows) }}
{%- endmacro %}
