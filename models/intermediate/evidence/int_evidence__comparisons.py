"""Whether a challenger would do better than the production scorecard on the same accounts."""

from customer_health.frames import typed
from customer_health.reviews import COMPARISONS, comparisons_due


def model(dbt, session):
    """One row per challenger and review."""
    due = dbt.ref("int_evidence__reviews_due")
    outcomes = dbt.ref("int_evidence__scored_outcomes")
    scorecards = dbt.ref("scorecards")
    thresholds = dbt.ref("int_policy__thresholds")
    return typed(session, comparisons_due(due, outcomes, scorecards, thresholds), COMPARISONS)
