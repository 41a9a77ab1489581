{% snapshot snap_crm__accounts %}
    {% set columns = [
        'crm_account_id',
        'account_name',
        'domains',
        'parent_account_id',
        'industry',
        'employees',
        'region',
        'plan',
        'deployment_model',
        'use_case',
        'custom_fields',
        'csm_owner_id',
        'customer_since_date',
        'churned_date',
    ] %}
    {{ config(check_cols=columns + ['is_delivered']) }}

    {{ rows_as_seen(
        ref('stg_crm__accounts'),
        ['account_id', 'valid_from'],
        columns,
        raw=('crm', 'accounts'),
    ) }}
{% endsnapshot %}
