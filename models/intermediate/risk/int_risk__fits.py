"""Fits the models of churn that are due, each on the outcomes that had matured by its day."""

from customer_health.frames import typed
from customer_health.risk_fits import COLUMNS, fit_due


def model(dbt, session):
    """One row per version, segment and term; one with a reason where there is no model."""
    due = dbt.ref("int_weights__fits_due")
    observations = dbt.ref("int_risk__observations")
    places = dbt.ref("int_policy__places")
    thresholds = dbt.ref("int_policy__thresholds")
    return typed(session, fit_due(due, observations, places, thresholds), COLUMNS)
