{% macro raw_tables() -%}
    {{ return([
        ('product', 'events'), ('product', 'daily_usage'), ('product', 'users'), ('product', 'features'),
        ('product', 'storage'),
        ('crm', 'accounts'), ('crm', 'contacts'), ('crm', 'contact_roles'), ('crm', 'activities'),
        ('crm', 'goals'), ('crm', 'milestones'), ('crm', 'opportunities'),
        ('crm', 'playbook_runs'), ('crm', 'csm_assessments'), ('crm', 'score_overrides'),
        ('support', 'organizations'), ('support', 'tickets'),
        ('survey', 'responses'),
        ('billing', 'subscriptions'), ('billing', 'invoices'),
        ('signals', 'account_signals'),
    ]) }}
{%- endmacro %}
