-- One usage row says how often a feature was used on a day: one event per use. 21 usage_id stand for
-- two usages of different subscriptions, so the id of an event names the subscription as well.
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
    usage.usage_id || '-' || usage.subscription_id || '-' || usage.use_number as event_id,
    subscriptions.account_id,
    usage.feature_name as event_name,
    usage.usage_date as occurred_at
from usage
left join
    read_csv(
        getvariable('data') || '/ravenstack_subscriptions.csv', header = true, all_varchar = true
    ) as subscriptions
    on usage.subscription_id = subscriptions.subscription_id
