"""Fits the weights that are due, each version on the outcomes that had matured by its day."""

from customer_health.fits import COLUMNS, fit_due
from customer_health.frames import typed


def model(dbt, session):
    """One row per fitted scorecard, segment, version and dimension."""
    due = dbt.ref("int_weights__fits_due")
    observations = dbt.ref("int_weights__observations")
    scorecards = dbt.ref("scorecards")
    scorecard_weights = dbt.ref("scorecard_weights")
    dimensions = dbt.ref("dimensions")
    thresholds = dbt.ref("int_policy__thresholds")
    segments = dbt.ref("int_weights__segments")
    fitted_before = session.sql(f"select * from {dbt.this}") if dbt.is_incremental else None
    rows = fit_due(
        due,
        observations,
        scorecards,
        scorecard_weights,
        dimensions,
        thresholds,
        segments,
        fitted_before,
    )
    return typed(session, rows, COLUMNS)
