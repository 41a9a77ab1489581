{% snapshot snap_crm__contacts %}
    {% set columns = ['account_id', 'department', 'left_at', 'known_date'] %}
    {{ config(check_cols=columns + ['is_delivered']) }}

    {{ rows_as_seen(ref('stg_crm__contacts'), ['contact_id'], columns) }}
{% endsnapshot %}
