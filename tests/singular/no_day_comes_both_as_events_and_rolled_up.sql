-- Events and their daily roll-up for the same days of an account are the same activity twice. It
-- counts once (int_facts__usage_overlaps), but one of the two may know more people or other names.
-- Speaks of the days that this build computes.
-- Fix: deliver each day of an account in one of the two tables.
{{ config(severity='warn') }}

{% set found %}
    select
        count(*) as n_days,
        count(distinct account_id) as n_accounts,
        min(activity_date) as first_date,
        max(activity_date) as last_date,
        sum(n_events_in_all) as n_events,
        sum(n_rolled_up_in_all) as n_rolled_up
    from {{ ref('int_facts__usage_overlaps') }}
    where until_date is null and {{ in_window('activity_date') }}
    having count(*) > 0
{% endset %}

{{ warn_of_rows(
    "select n_days || ' days of ' || n_accounts || ' accounts, from ' || first_date"
    ~ " || ' to ' || last_date || ', come both in product.events (' || n_events"
    ~ " || ' events) and in product.daily_usage (' || n_rolled_up || ' events). They count once,"
    ~ " by the one that has more. Fix: deliver each day of an account in one of the two tables.'"
    ~ " from (" ~ found ~ ") as found"
) }}

{{ found }}
