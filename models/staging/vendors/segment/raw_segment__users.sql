with users as (
    {{ raw_rows('segment', 'users', keep_raw=true) }}
),

groups as (
    {{ raw_rows('segment', 'groups') }}
),

identifies as (
    {{ raw_rows('segment', 'identifies') }}
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

first_calls as (
    select
        user_id,
        min(occurred_at) as seen_at
    from identifies
    where user_id is not null
    group by user_id
),

final as (
    select
        users.source_relation,
        users.raw_id as user_id,
        coalesce(users.account_id, accounts_of_users.account_id) as account_id,
        users.raw_account_domain as account_domain,
        users.raw_department as department,
        -- the table's own times are those of the latest call
        coalesce(
            cast(users.raw_created_at as varchar), cast(first_calls.seen_at as varchar)
        ) as created_at,
        users.raw_deactivated_at as deactivated_at,
        coalesce(
            users.left_out, case when users.is_internal then 'one of our own people' end
        ) as left_out
    from users
    left join accounts_of_users on users.id = accounts_of_users.user_id
    left join first_calls on users.id = first_calls.user_id
)

select * from final
