"""Fits the models of named outcomes that are due, each on what had matured by its day."""

from customer_health.frames import typed
from customer_health.named_outcome_fits import COLUMNS, fit_due


def model(dbt, session):
    """One row per outcome, version and term; one with a reason where there is no model."""
    # a warehouse that had no such model gets those of its past at once
    due = dbt.ref("int_weights__fits_due") if dbt.is_incremental else None
    observations = dbt.ref("int_named_outcomes__observations")
    thresholds = dbt.ref("int_policy__thresholds")
    return typed(session, fit_due(due, observations, thresholds), COLUMNS)
