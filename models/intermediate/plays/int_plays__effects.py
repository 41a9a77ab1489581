"""Whether plays help: accounts with a play against accounts without one."""

from customer_health.frames import typed
from customer_health.play_effects import COLUMNS, effects_of


def model(dbt, session):
    """One row per comparison, play and outcome."""
    account_days = dbt.ref("int_plays__account_days")
    thresholds = dbt.ref("int_policy__thresholds")
    return typed(session, effects_of(account_days, thresholds), COLUMNS)
