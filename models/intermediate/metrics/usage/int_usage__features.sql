{#- Whether a name is a feature shows with its use. A name with an id in it ("opened invoice
    4711") is used by one account, once or now and then; a feature by several accounts, or again
    and again. So a name that the catalogue does not list is a feature from the day on which a
    second account is known to have used it, or one account on the policy's number of days; the
    latter not with a digit in it, which ids have and names of features hardly. -#}

with feature_days as (
    select * from {{ ref('int_facts__feature_days') }}
    where feature_type = 'feature'
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

unlisted as (
    select * from feature_days
    where not is_listed
),

first_uses as (
    select
        feature_id,
        account_id,
        min(known_date) as known_date
    from unlisted
    group by feature_id, account_id
),

accounts_so_far as (
    select
        feature_id,
        known_date,
        row_number() over (partition by feature_id order by known_date) as n_accounts
    from first_uses
),

days_of_use as (
    select
        feature_id,
        activity_date,
        min(known_date) as known_date
    from unlisted
    -- no digit in it
    where feature_id = translate(feature_id, '0123456789', '')
    group by feature_id, activity_date
),

days_so_far as (
    select
        feature_id,
        known_date,
        row_number() over (partition by feature_id order by known_date) as n_days
    from days_of_use
),

proofs as (
    select
        feature_id,
        known_date
    from feature_days
    where is_listed
    union all
    select
        feature_id,
        known_date
    from accounts_so_far
    where n_accounts = 2
    union all
    select
        days_so_far.feature_id,
        days_so_far.known_date
    from days_so_far
    inner join thresholds on days_so_far.n_days = thresholds.feature_proof_days
),

final as (
    select
        feature_id,
        min(known_date) as counts_from_date
    from proofs
    group by feature_id
)

select * from final
