"""How often triggers that were changed would have fired, by the model that fires them."""

from collections.abc import Sequence
from pathlib import Path

from customer_health.trial.copies import Copy
from customer_health.trial.effects import Comparison

MODEL = "fct_playbook_triggers"
RULES = """
(
    select trigger, 'is_instant' as fact, cooldown_days::varchar as comparison, is_instant::varchar
    from {file}.policy.triggers
    union all
    select trigger, fact, comparison, value::varchar from {file}.policy.trigger_conditions
)
"""
CHANGED = f"""
with before as {RULES.format(file="before")},

after as {RULES.format(file="after")}

select trigger from ((from before except from after) union (from after except from before))
"""
FIRED = f"""
with changed as ({CHANGED}),

days as (
    select max(as_of_date) as newest from after.marts.fct_health_scores
),

fired as (
    select trigger, account_id, as_of_date, true as is_after from after.marts.{MODEL}
    union all
    select trigger, account_id, as_of_date, false as is_after from before.marts.{MODEL}
)

select
    changed.trigger,
    count(distinct account_id) filter (not is_after),
    count(account_id) filter (not is_after),
    count(distinct account_id) filter (is_after),
    count(account_id) filter (is_after)
from (select distinct trigger from changed) as changed
cross join days
left join fired
    on changed.trigger = fired.trigger and fired.as_of_date > days.newest - interval 365 days
group by changed.trigger
order by changed.trigger
"""


def show_firings(former: Path, its_name: str, copies: Sequence[Copy]) -> None:
    """Fire the triggers of all of history, and say what becomes of those that were changed.

    Args:
        former: The file to compare with.
        its_name: What that one is called.
        copies: Where the model is still to run; the policy that is tried is that of the first.
    """
    with Comparison(former, copies[0].state) as compared:
        if not compared.rows(CHANGED):
            return
    for copy in copies:
        copy.run(["--full-refresh", "--select", MODEL], restate_history=True)
    print(f"{'triggers':<12} in the last 365 days, by this policy (and {its_name}):")
    with Comparison(former, copies[0].state) as compared:
        for trigger, accounts_before, before, accounts_after, after in compared.rows(FIRED):
            print(
                f"  {trigger}: fires {after:,} times for {accounts_after:,} customers"
                f" ({before:,} for {accounts_before:,})"
            )
