with subscriptions as (
    {{ raw_rows('recurly', 'subscription_history', keep_raw=true) }}
),

account_versions as (
    {{ raw_rows('recurly', 'account_history') }}
),

plan_versions as (
    {{ raw_rows('recurly', 'plan_history') }}
),

add_on_versions as (
    {{ raw_rows('recurly', 'subscription_add_on_history') }}
),

accounts as (
    select
        id,
        code,
        company,
        email,
        is_test
    from account_versions
    qualify row_number() over (partition by id order by updated_at desc) = 1
),

plans as (
    select
        id,
        coalesce(name, code) as plan,
        case
            when interval_unit = 'months' then 12.0 / nullif(interval_length, 0)
            when interval_unit = 'days' then 365.0 / nullif(interval_length, 0)
        end as periods_per_year
    from plan_versions
    qualify row_number() over (partition by id order by updated_at desc) = 1
),

add_ons as (
    select distinct subscription_id
    from add_on_versions
),

dated as (
    select
        *,
        cast(greatest(activated_at, trial_ends_at) as date) as first_date,
        coalesce(current_term_started_at, current_period_started_at, activated_at)
            as term_started_at,
        cast(coalesce(current_term_ends_at, current_period_ends_at) as date) as end_date,
        coalesce(subtotal, unit_amount * quantity + coalesce(add_ons_total, 0)) as price
    from subscriptions
),

-- a term's last version is the term
versions as (
    select
        *,
        cast(greatest(term_started_at, trial_ends_at) as date) as start_date,
        row_number() over (partition by id, term_started_at order by updated_at desc)
            as version_number,
        dense_rank() over (partition by id order by term_started_at) as term_number
    from dated
),

judged as (
    select
        versions.*,
        coalesce(accounts.code, versions.account_id) as account_code,
        accounts.email as account_domain,
        accounts.company as account_name,
        plans.plan,
        plans.periods_per_year,
        case
            when accounts.is_test then 'test account'
            when versions.version_number > 1 then 'earlier version of a row'
            when versions.state = 'failed' then 'subscription that was never paid'
            when
                versions.updated_at < versions.trial_ends_at
                or versions.expires_at <= versions.trial_ends_at
                then 'trial'
            when versions.price = 0 and add_ons.subscription_id is null then 'free plan'
        end as reason
    from versions
    left join accounts on versions.account_id = accounts.id
    left join plans on versions.plan_id = plans.id
    left join add_ons on versions.id = add_ons.subscription_id
),

final as (
    select
        source_relation,
        -- what has no id is none of a term's either
        case
            when id is not null
                then concat_ws('-', cast(raw_id as varchar), cast(start_date as varchar))
        end as subscription_id,
        account_code as account_id,
        account_domain,
        account_name,
        plan,
        case
            when is_unreadable_current_term_started_at
                then cast(raw_current_term_started_at as varchar)
            else cast(start_date as varchar)
        end as start_date,
        case
            when is_unreadable_current_term_ends_at then cast(raw_current_term_ends_at as varchar)
            else cast(end_date as varchar)
        end as end_date,
        case
            when state in ('canceled', 'expired') then cast(cast(expires_at as date) as varchar)
        end as cancelled_date,
        -- a flat plan has a quantity of 1, which are no seats
        case
            when seats is not null or is_unreadable_seats then cast(raw_seats as varchar)
            when quantity <> 1 or is_unreadable_quantity then cast(raw_quantity as varchar)
        end as seats,
        case
            when is_unreadable_subtotal then cast(raw_subtotal as varchar)
            else cast(round(price * periods_per_year, 2) as varchar)
        end as arr,
        raw_currency as currency,
        case {{ dbt.datediff('start_date', 'end_date', 'month') }}
            when 1 then 'monthly'
            when 12 then 'annual'
            when 24 then 'multi_year'
            when 36 then 'multi_year'
        end as contract_structure,
        raw_auto_renew as is_auto_renew,
        -- a subscription to come is known from when it is made; a trial may yet come to nothing
        case
            when created_at < start_date and start_date = first_date and trial_ends_at is null
                then cast(raw_created_at as varchar)
        end as known_at,
        reason as left_out
    from judged
    union all
    -- of the terms before the first that is known, nothing is known but that they were
    select
        source_relation,
        concat_ws('-', cast(raw_id as varchar), cast(first_date as varchar)) as subscription_id,
        account_code as account_id,
        account_domain,
        account_name,
        plan,
        cast(first_date as varchar) as start_date,
        cast(start_date as varchar) as end_date,
        null as cancelled_date,
        null as seats,
        null as arr,
        raw_currency as currency,
        null as contract_structure,
        raw_auto_renew as is_auto_renew,
        null as known_at,
        reason as left_out
    from judged
    where term_number = 1 and reason is null and first_date < start_date
)

select * from final
