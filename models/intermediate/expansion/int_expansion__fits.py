"""Fits the models of expansion that are due, each on the outcomes that had matured by its day."""

from customer_health.expansion_fits import COLUMNS, fit_due
from customer_health.frames import typed


def model(dbt, session):
    """One row per version and term; one with a reason where there is no model."""
    # a warehouse that had no such model gets those of its past at once
    due = dbt.ref("int_weights__fits_due") if dbt.is_incremental else None
    observations = dbt.ref("int_expansion__observations")
    thresholds = dbt.ref("int_policy__thresholds")
    return typed(session, fit_due(due, observations, thresholds), COLUMNS)
