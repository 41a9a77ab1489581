{% macro raw_tables(vendor=none) %}
    {#- known while dbt parses, when no model can be looked up -#}
    {% set customers = [('crm', 'accounts'), ('crm', 'contacts'), ('crm', 'contact_roles'), ('crm', 'activities')] %}
    {% set filled = {
        'amplitude': [('product', 'events')],
        'mixpanel': [('product', 'events')],
        'pendo': [('product', 'events'), ('product', 'users'), ('product', 'features')],
        'qualtrics': [('survey', 'responses')],
        'salesforce': customers + [('crm', 'opportunities')],
        'hubspot': customers + [('crm', 'opportunities'), ('support', 'tickets')],
        'intercom': [('support', 'organizations'), ('support', 'tickets')],
        'delighted': [('survey', 'responses')],
        'recurly': [('billing', 'subscriptions'), ('billing', 'invoices')],
        'segment': [('product', 'events'), ('product', 'users')],
        'stripe': [('billing', 'subscriptions'), ('billing', 'invoices')],
        'zendesk': [('support', 'organizations'), ('support', 'tickets')],
    } %}
    {{ return(filled.get(vendor, []) if vendor else [
        ('product', 'events'), ('product', 'daily_usage'), ('product', 'users'), ('product', 'features'),
        ('product', 'storage'), ('product', 'measures'),
    ] + customers + [('crm', 'references')] + [
        ('crm', 'goals'), ('crm', 'milestones'), ('crm', 'opportunities'), ('crm', 'playbook_runs'),
        ('crm', 'csm_assessments'), ('crm', 'score_overrides'), ('support', 'organizations'), ('support', 'tickets'),
        ('survey', 'responses'), ('billing', 'subscriptions'), ('billing', 'invoices'), ('signals', 'account_signals'),
    ]) }}
{% endmacro %}
