"""Fits the models of churn on dimensions that are due, each on what had matured by its day."""

from customer_health.frames import typed
from customer_health.probability_fits import COLUMNS, fit_due


def model(dbt, session):
    """One row per version, segment and term; one with a reason where there is no model."""
    due = dbt.ref("int_weights__fits_due")
    observations = dbt.ref("int_weights__observations")
    scorecards = dbt.ref("scorecards")
    places = dbt.ref("int_policy__places")
    thresholds = dbt.ref("int_policy__thresholds")
    rows = fit_due(due, observations, scorecards, places, thresholds)
    return typed(session, rows, COLUMNS)
