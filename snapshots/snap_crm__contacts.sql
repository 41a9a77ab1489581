{% snapshot snap_crm__contacts %}
    {{ config(check_cols=['department', 'is_delivered']) }}

    {{ rows_as_seen(ref('stg_crm__contacts'), ['contact_id'], ['department']) }}
{% endsnapshot %}
