"""Fits the limits of bands that are due, each on the outcomes that had matured by its day."""

from customer_health.band_fits import COLUMNS, fit_due
from customer_health.frames import typed


def model(dbt, session):
    """One row per version, scorecard, place and band; one with a reason where there are none."""
    observations = dbt.ref("int_bands__observations")
    scorecards = dbt.ref("scorecards")
    bands = dbt.ref("bands")
    places = dbt.ref("int_policy__bands")
    thresholds = dbt.ref("int_policy__thresholds")
    fitted_before = session.sql(f"select * from {dbt.this}") if dbt.is_incremental else None
    rows = fit_due(observations, scorecards, bands, places, thresholds, fitted_before)
    return typed(session, rows, COLUMNS)
