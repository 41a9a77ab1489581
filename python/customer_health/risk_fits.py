"""The models of churn that a build fits: between a Python model's relations and `fit_model`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_health.frames import covariance_columns, days_of

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyRelation as Relation

# The terms of the model, the intercept first; also in int_risk__in_force.sql.
TERMS = (
    "intercept", "health", "momentum", "ends", "nearness", "rolls_on", "term_length",
    "no_contract_known", "tenure",
)  # fmt: skip

COLUMNS = {
    "valid_from": "date",
    "segment": "varchar",
    "term": "varchar",
    "coefficient": "double",
    "mean": "double",
    **covariance_columns(TERMS),
    "interval_factor": "double",
    "n_observations": "bigint",
    "n_accounts": "bigint",
    "n_churned_accounts": "bigint",
    "calibration_slope": "double",
    "reason": "varchar",
}

# for an account whose segment the model does not know
OTHER_SEGMENT = "other"


def fit_due(
    due: Relation, observations: Relation, places: Relation, thresholds: Relation
) -> pd.DataFrame | None:
    """Fit the model on every day that is due, each time on the outcomes that had matured by then.

    Args:
        due: Relation with the days (`valid_from`).
        observations: Relation int_risk__observations.
        places: Relation int_policy__places, for its segments.
        thresholds: Relation with one row, a column per threshold.

    Returns:
        Rows with the columns `COLUMNS`: a version's terms, for each segment; where there is no
        model, one row with the reason. None if nothing is due.
    """
    days = days_of(due)
    if not days:
        return None

    # pandas and SciPy take seconds to load, and on most nights nothing is due
    import numpy as np
    import pandas as pd

    from customer_health.risk import Observations, RiskSettings, fit_model
    from customer_health.validation.intervals import normal_quantile

    settings = RiskSettings.of(thresholds.df().iloc[0])
    names = [name for (name,) in places.project("segment").distinct().order("1").fetchall()]
    found = []
    for day in days:
        rows = observations.filter(f"valid_from = date '{day}'").df()
        matured = Observations.of(rows, names).capped(settings.fit_row_cap)
        model = fit_model(matured, len(names), settings)
        if isinstance(model, str):
            found.append(
                pd.DataFrame(
                    {"segment": [OTHER_SEGMENT], "term": [TERMS[0]], "reason": [model]}
                ).assign(valid_from=day)
            )
            continue
        shape = len(names) + 1, len(TERMS)
        version = pd.DataFrame(
            model.covariances.reshape(-1, shape[1]), columns=list(covariance_columns(TERMS))
        )
        found.append(
            version.assign(
                valid_from=day,
                segment=np.repeat([*names, OTHER_SEGMENT], shape[1]),
                term=np.tile(TERMS, shape[0]),
                coefficient=model.coefficients.ravel(),
                mean=np.tile([1.0, *model.means], shape[0]),
                interval_factor=normal_quantile(settings.confidence_share),
                n_observations=model.n_observations,
                n_accounts=model.n_accounts,
                n_churned_accounts=model.n_churned_accounts,
                calibration_slope=model.calibration_slope,
            )
        )
    return pd.concat(found, ignore_index=True)
