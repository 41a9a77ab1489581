{% macro raw_tables(connection=none) %}
    {#- known while dbt parses, when no model can be looked up -#}
    {% set customers = [('crm', 'accounts'), ('crm', 'contacts'), ('crm', 'contact_roles'), ('crm', 'activities')] %}
    {% set desk, bills = [[('support', 'organizations'), ('support', 'tickets')],
        [('billing', 'subscriptions'), ('billing', 'invoices')]] %}
    {% set answers, events, deals = [('survey', 'responses')], [('product', 'events')], [('crm', 'opportunities')] %}
    {% set filled = {
        'amplitude': events, 'mixpanel': events, 'segment': events + [('product', 'users')],
        'pendo': events + [('product', 'users'), ('product', 'features')],
        'salesforce': customers + deals, 'hubspot': customers + deals + [('support', 'tickets')],
        'intercom': desk, 'zendesk': desk, 'recurly': bills, 'stripe': bills, 'delighted': answers, 'qualtrics': answers,
    } %}
    {{ return(filled.get(connection.split('_')[0], []) if connection else events + [
        ('product', 'daily_usage'), ('product', 'users'), ('product', 'features'), ('product', 'storage'),
        ('product', 'measures')] + customers + [
        ('crm', 'references'), ('crm', 'goals'), ('crm', 'milestones'), ('crm', 'opportunities'),
        ('crm', 'playbook_runs'), ('crm', 'csm_assessments'), ('crm', 'score_overrides')]
        + desk + answers + bills + [('signals', 'account_signals')]) }}
{% endmacro %}
