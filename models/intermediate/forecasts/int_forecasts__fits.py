"""Forecasts of scores, fitted at each month's end on the scores that had come by then."""

from customer_health.forecast_fits import COLUMNS, forecasts_of
from customer_health.frames import typed


def model(dbt, session):
    """One row per month's end at which enough scores had come."""
    observations = dbt.ref("int_forecasts__observations")
    thresholds = dbt.ref("int_policy__thresholds")
    return typed(session, forecasts_of(observations, thresholds), COLUMNS)
