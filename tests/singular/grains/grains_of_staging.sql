-- A base_ model has a row per raw row: keys are those of the rows that staging accepts. Those of
-- events are not counted again, which would read every raw file a second time.
{{ repeated_keys([
    ('stg_billing__invoices', 'invoice_id', ''),
    ('stg_billing__subscriptions', 'subscription_id', ''),
    ('stg_calendar__clock', '', ''),
    ('stg_calendar__daily_rows', 'source_name, table_name, time_column, row_date', 'row_date'),
    ('stg_calendar__horizon', '', ''),
    ('stg_calendar__main_run', '', ''),
    ('stg_crm__accounts', 'account_id, valid_from?', ''),
    ('stg_crm__activities', 'activity_id', ''),
    ('stg_crm__contact_roles', 'contact_id, role, start_date?', ''),
    ('stg_crm__contacts', 'contact_id', ''),
    ('stg_crm__csm_assessments', 'assessment_id', ''),
    ('stg_crm__goals', 'goal_id', ''),
    ('stg_crm__milestones', 'milestone_id', ''),
    ('stg_crm__opportunities', 'opportunity_id', ''),
    ('stg_crm__playbook_runs', 'playbook_run_id', ''),
    ('stg_crm__score_overrides', 'override_id', ''),
    ('stg_known_accounts__ids', 'account_id', ''),
    ('stg_product__daily_usage', 'account_id, usage_date, event_name, user_id?', 'known_date'),
    (
        'stg_product__event_days',
        'breakdown, account_id, user_id?, event_name?, activity_date, known_date',
        'known_date'
    ),
    ('stg_product__features', 'event_name', ''),
    ('stg_product__storage', 'account_id, measured_date', ''),
    ('stg_product__users', 'user_id', ''),
    ('stg_signals__account_signals', 'signal_id', ''),
    ('stg_support__organizations', 'organization_id', ''),
    ('stg_support__tickets', 'ticket_id', ''),
    ('stg_survey__responses', 'response_id', ''),
]) }}
