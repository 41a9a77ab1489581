{% snapshot snap_product__users %}
    {{ config(check_cols=['department', 'is_delivered']) }}

    {{ rows_as_seen(ref('stg_product__users'), ['user_id'], ['department']) }}
{% endsnapshot %}
