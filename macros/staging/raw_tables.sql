{% macro raw_tables() -%}
    {#- Every table of the raw contract, as (source, table). -#}
    {%- set tables = [] -%}
    {%- for source_name, table_names in {
        'product': ['events', 'daily_usage', 'users', 'features', 'storage'],
        'crm': [
            'accounts', 'contacts', 'contact_roles', 'activities', 'goals',
            'milestones', 'opportunities', 'playbook_runs', 'csm_assessments',
        ],
        'support': ['organizations', 'tickets'],
        'survey': ['responses'],
        'billing': ['subscriptions', 'invoices'],
        'signals': ['account_signals'],
    }.items() -%}
        {%- for table_name in table_names -%}
            {%- do tables.append((source_name, table_name)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}
