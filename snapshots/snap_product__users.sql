{% snapshot snap_product__users %}
    {% set columns = ['account_id', 'department', 'deactivated_at', 'known_date'] %}
    {{ config(check_cols=columns + ['is_delivered']) }}

    {{ rows_as_seen(ref('stg_product__users'), ['user_id'], columns) }}
{% endsnapshot %}
