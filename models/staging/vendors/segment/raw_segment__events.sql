with calls as (
    {% for table, event in [('tracks', none), ('pages', 'page_view'), ('screens', 'screen_view')] %}
        select
            source_relation,
            raw_id,
            raw_user_id,
            user_id,
            anonymous_id,
            raw_account_id,
            raw_account_domain,
            raw_context_group_id,
            {{ "'" ~ event ~ "'" if event else 'raw_event' }} as event_name,
            raw_occurred_at,
            raw_received_at
        from ({{ raw_rows('segment', table, keep_raw=true) }}) as {{ table }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

groups as (
    {{ raw_rows('segment', 'groups') }}
),

users as (
    {{ raw_rows('segment', 'users') }}
),

identifies as (
    {{ raw_rows('segment', 'identifies') }}
),

-- a device of several users, and a user of several accounts, say nothing by themselves
users_of_devices as (
    select
        anonymous_id,
        min(user_id) as user_id
    from identifies
    where anonymous_id is not null
    group by anonymous_id
    having count(distinct user_id) = 1
),

accounts_of_users as (
    select
        user_id,
        min(group_id) as account_id
    from groups
    where user_id is not null
    group by user_id
    having count(distinct group_id) = 1
),

-- a loader may deliver a user twice, and an event is one for all that
people as (
    select
        coalesce(users.id, accounts_of_users.user_id) as user_id,
        min(coalesce(users.account_id, accounts_of_users.account_id)) as account_id,
        bool_or(users.is_internal) as is_internal
    from users
    full outer join accounts_of_users on users.id = accounts_of_users.user_id
    group by coalesce(users.id, accounts_of_users.user_id)
),

final as (
    select
        calls.source_relation,
        calls.raw_id as event_id,
        coalesce(
            cast(calls.raw_account_id as varchar),
            cast(calls.raw_context_group_id as varchar),
            people.account_id
        ) as account_id,
        calls.raw_account_domain as account_domain,
        coalesce(cast(calls.raw_user_id as varchar), users_of_devices.user_id) as user_id,
        calls.event_name,
        calls.raw_occurred_at as occurred_at,
        calls.raw_received_at as known_at,
        case
            when people.is_internal then 'one of our own people'
            when
                coalesce(calls.user_id, users_of_devices.user_id) is null
                and calls.raw_account_id is null
                and calls.raw_context_group_id is null
                and calls.raw_account_domain is null
                then 'visitor whom nobody knows'
        end as left_out
    from calls
    left join users_of_devices
        on
            calls.user_id is null
            and calls.anonymous_id = users_of_devices.anonymous_id
    left join people
        on coalesce(calls.user_id, users_of_devices.user_id) = people.user_id
)

select * from final
