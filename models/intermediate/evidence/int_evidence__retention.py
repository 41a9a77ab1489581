"""How many of the accounts in each range of a score stayed, and which cut separates best."""

from customer_health.frames import typed
from customer_health.reviews import RETENTION, retention_due


def model(dbt, session):
    """One row per scorecard, score (health score or dimension), range and review."""
    counts = dbt.ref("int_evidence__range_counts")
    thresholds = dbt.ref("int_policy__thresholds")
    return typed(session, retention_due(counts, thresholds), RETENTION)
