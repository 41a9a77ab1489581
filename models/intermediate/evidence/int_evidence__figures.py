"""How right the flags and scores of each month were, once its outcomes have matured."""

from customer_health.frames import typed
from customer_health.reviews import FIGURES, figures_due


def model(dbt, session):
    """One row per scorecard, segment, month end, horizon and figure."""
    outcomes = dbt.ref("int_evidence__scored_outcomes")
    clock = dbt.ref("stg_calendar__clock")
    thresholds = dbt.ref("int_policy__thresholds")
    targets = dbt.ref("validation_targets")
    return typed(session, figures_due(outcomes, clock, thresholds, targets), FIGURES)
