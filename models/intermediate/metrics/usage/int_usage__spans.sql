{#- Windows that begin in one week overlap and make one span, as none here is shorter than seven
    days; to group them first leaves a fraction of the days to be sorted. What was not known on its
    day stays by itself. -#}
{% set week_keys = [
    dbt.last_day('activity_date', 'week'),
    'case when known_date > activity_date then activity_date end',
    'case when known_date > activity_date then known_date end',
] -%}

{#- on a day in two tables, only until the other one counts -#}
{% set superseded = "coalesce(superseded_date, cast('9999-12-31' as date))" -%}

with people as (
    select * from {{ ref('int_facts__user_days') }}
),

activity as (
    select * from {{ ref('int_facts__feature_days') }}
),

departments as (
    {{ seen_versions(ref('snap_product__users')) }}
),

features as (
    select * from {{ ref('int_usage__features') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

-- one that is missing is there until the policy's days have passed
users as (
    select
        user_id,
        account_id,
        known_date,
        cast(deactivated_at as date) as closed_date
    from {{ ref('stg_product__users') }}
    union all
    select
        departments.user_id,
        departments.account_id,
        departments.known_date,
        least(
            cast(departments.deactivated_at as date),
            {{ add_days('departments.missing_date', 'thresholds.missing_row_days') }}
        ) as closed_date
    from departments
    cross join thresholds
    where departments.until_date is null and departments.missing_date is not null
),

-- the longest window looks back 56 days
recent_people as (
    select * from people
    where {{ in_window('activity_date', 56) }}
),

recent_activity as (
    select * from activity
    where {{ in_window('activity_date', 56) }}
),

user_days as (
    select
        account_id,
        user_id,
        activity_date,
        min(known_date) as known_date
    from recent_people
    group by 1, 2, 3
),

user_weeks as (
    select
        account_id,
        user_id,
        min(known_date) as known_date,
        max(activity_date) as last_date
    from recent_people
    group by account_id, user_id, {{ week_keys | join(', ') }}
),

feature_weeks as (
    select
        account_id,
        feature_id,
        is_core,
        superseded_date,
        min(known_date) as known_date,
        min(activity_date) as first_date,
        max(activity_date) as last_date
    from recent_activity
    where feature_type = 'feature'
    group by account_id, feature_id, is_core, superseded_date, {{ week_keys | join(', ') }}
),

-- a name counts once it has shown to be a feature
proven_feature_weeks as (
    select
        feature_weeks.account_id,
        feature_weeks.feature_id,
        feature_weeks.superseded_date,
        greatest(feature_weeks.known_date, features.counts_from_date) as known_date,
        feature_weeks.first_date,
        feature_weeks.last_date
    from feature_weeks
    inner join features on feature_weeks.feature_id = features.feature_id
),

department_days as (
    select
        user_days.account_id,
        departments.department,
        user_days.activity_date,
        greatest(user_days.known_date, users.known_date) as known_date
    from user_days
    inner join users on user_days.user_id = users.user_id
    -- the department that the person was in on the day
    inner join departments
        on
            user_days.user_id = departments.user_id
            and user_days.activity_date >= departments.from_date
            and (
                departments.until_date is null
                or user_days.activity_date < departments.until_date
            )
    where departments.department is not null
),

department_weeks as (
    select
        account_id,
        department,
        min(known_date) as known_date,
        max(activity_date) as last_date
    from department_days
    group by account_id, department, {{ week_keys | join(', ') }}
),

person_days as (
    select
        account_id,
        activity_date,
        known_date,
        count(*) as n_people
    from user_days
    group by 1, 2, 3
),

-- a sum beyond twelve digits is no count, and decimals have no room for it (`least` below)
volumes as (
    select
        account_id,
        activity_date,
        known_date,
        superseded_date,
        sum(n_events) as n_events,
        sum(case when feature_type = 'login' then n_events else 0 end) as n_logins,
        sum(case when feature_type = 'page_view' then n_events else 0 end) as n_page_views,
        sum(case when is_key then n_events else 0 end) as n_key_events
    from recent_activity
    group by 1, 2, 3, 4
),

account_days as (
    select
        account_id,
        activity_date,
        min(known_date) as known_date
    from volumes
    group by 1, 2
),

-- of what was known when the window begins, however old, only the latest matters
latest_days as (
    select
        account_id,
        greatest(known_date, cast('{{ window_start() }}' as date)) as known_date,
        max(activity_date) as activity_date
    from activity
    group by 1, 2
),

present as (
    {% for days in [7, 28] -%}
        select
            {{ span(
                'active_users_' ~ days ~ 'd', 'known_date', add_days('last_date', days),
                entity='user_id'
            ) | indent(8) }}
        from user_weeks
        union all
    {% endfor -%}
    select
        {{ span(
            'departments_active_28d', 'known_date', add_days('last_date', 28),
            entity='department'
        ) | indent(8) }}
    from department_weeks
    union all
    select
        {{ span(
            'features_28d', 'known_date',
            'least(' ~ add_days('last_date', 28) ~ ', ' ~ superseded ~ ')',
            entity='feature_id'
        ) | indent(8) }}
    from proven_feature_weeks
    union all
    select
        {{ span(
            'features_previous_28d',
            'greatest(known_date, ' ~ add_days('first_date', 28) ~ ')',
            'least(' ~ add_days('last_date', 56) ~ ', ' ~ superseded ~ ')',
            entity='feature_id'
        ) | indent(8) }}
    from proven_feature_weeks
    union all
    select
        {{ span(
            'core_features_28d', 'known_date',
            'least(' ~ add_days('last_date', 28) ~ ', ' ~ superseded ~ ')',
            entity='feature_id'
        ) | indent(8) }}
    from feature_weeks
    where is_core
),

final as (
    {{ presence_spans('present') }}
    union all
    select {{ span('active_days_28d', 'known_date', add_days('activity_date', 28)) }}
    from account_days
    union all
    select
        {{ span('user_days_28d', 'known_date', add_days('activity_date', 28), 'n_people') }}
    from person_days
    {% for measure, number, from_days, to_days in [
        ('events_14d', 'n_events', 0, 14),
        ('events_previous_14d', 'n_events', 14, 28),
        ('events_28d', 'n_events', 0, 28),
        ('events_previous_28d', 'n_events', 28, 56),
        ('logins_28d', 'n_logins', 0, 28),
        ('page_views_28d', 'n_page_views', 0, 28),
        ('key_events_28d', 'n_key_events', 0, 28),
    ] -%}
        union all
        select
            {{ span(
                measure,
                'greatest(known_date, ' ~ add_days('activity_date', from_days) ~ ')',
                'least(' ~ add_days('activity_date', to_days) ~ ', ' ~ superseded ~ ')',
                'least(' ~ number ~ ', 999999999999)'
            ) | indent(8) }}
        from volumes
        where {{ number }} > 0
    {% endfor -%}
    union all
    {{ latest_spans(
        'latest_days', 'last_activity_day', 'activity_date', 'known_date',
        day_number('activity_date')
    ) }}
    union all
    select {{ span('registered_users', 'known_date', 'closed_date') }}
    from users
    union all
    {{ latest_spans(
        ref('stg_product__storage'), 'stored_gb', 'measured_date', 'known_date', 'stored_gb'
    ) }}
)

select * from final
-- those that reach into the days this build computes
where {{ reaches_window('until_date') }}
