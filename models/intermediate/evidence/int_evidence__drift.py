"""Whether a scorecard that was right is going wrong."""

from customer_health.frames import typed
from customer_health.reviews import DRIFT, drift_due


def model(dbt, session):
    """One row per scorecard, check, figure and review."""
    due = dbt.ref("int_evidence__reviews_due")
    figures = dbt.ref("int_evidence__figures")
    scores = dbt.ref("int_evidence__observed_scores")
    thresholds = dbt.ref("int_policy__thresholds")
    return typed(session, drift_due(due, figures, scores, thresholds), DRIFT)
