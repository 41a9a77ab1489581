"""Which metrics predict churn, and which only look good."""

from customer_health.frames import typed
from customer_health.reviews import METRICS, metric_verdicts_due


def model(dbt, session):
    """One row per metric, of the newest refit that is due; none if none is."""
    due = dbt.ref("int_weights__fits_due")
    metrics = dbt.ref("int_evidence__metric_outcomes")
    thresholds = dbt.ref("int_policy__thresholds")
    return typed(session, metric_verdicts_due(due, metrics, thresholds), METRICS)
