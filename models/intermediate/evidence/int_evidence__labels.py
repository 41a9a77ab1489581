"""Whether each scorecard may be called predictive, by the outcomes of a year."""

from customer_health.frames import typed
from customer_health.reviews import LABELS, labels_due


def model(dbt, session):
    """One row per scorecard and review."""
    due = dbt.ref("int_evidence__reviews_due")
    outcomes = dbt.ref("int_evidence__scored_outcomes")
    scorecards = dbt.ref("scorecards")
    thresholds = dbt.ref("int_policy__thresholds")
    return typed(session, labels_due(due, outcomes, scorecards, thresholds), LABELS)
