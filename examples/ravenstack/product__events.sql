-- One usage row says how often a feature was used on a day: one event per use. A usage_id delivered
-- twice is delivered here twice as well.
with usage as (
    select
        *,
        unnest(range(1, cast(usage_count as bigint) + 1)) as use_number
    from
        read_csv(
            getvariable('data') || '/ravenstack_feature_usage.csv',
            header = true, all_varchar = true
        )
)

select
    usage.usage_id || '-' || usage.use_number as event_id,
    subscriptions.account_id,
    usage.feature_name as event_name,
    usage.usage_date as occurred_at
from usage
left join
    read_csv(
        getvariable('data') || '/ravenstack_subscriptions.csv', header = true, all_varchar = true
    ) as subscriptions
    on usage.subscription_id = subscriptions.subscription_id
