{% snapshot snap_crm__contact_roles %}
    {% set columns = ['end_date', 'known_date'] %}
    {{ config(check_cols=columns + ['is_delivered']) }}

    {{ rows_as_seen(
        '(select * from ' ~ ref('stg_crm__contact_roles') ~ ' where start_date is null)',
        ['contact_id', 'account_id', 'role'],
        columns,
    ) }}
{% endsnapshot %}
