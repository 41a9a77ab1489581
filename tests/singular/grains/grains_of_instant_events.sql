-- What `make instant` builds and tests by itself.
{{ repeated_keys([
    ('int_events__critical_days', 'account_id, as_of_date', 'as_of_date'),
    ('fct_playbook_triggers', 'account_id, as_of_date, trigger', 'as_of_date'),
    ('fct_alerts', 'alert_id', ''),
    ('sync_slack__critical_alerts', 'alert_id', ''),
]) }}
