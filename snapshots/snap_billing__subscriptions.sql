{% snapshot snap_billing__subscriptions %}
    {% set columns = [
        'account_id',
        'plan',
        'start_date',
        'end_date',
        'cancelled_date',
        'seats',
        'arr',
        'currency',
    ] %}
    {{ config(check_cols=columns + ['is_delivered']) }}

    {{ rows_as_seen(
        ref('stg_billing__subscriptions'),
        ['subscription_id'],
        columns + ['known_date'],
    ) }}
{% endsnapshot %}
