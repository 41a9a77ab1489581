"""The models of churn on dimensions that a build fits for scorecards of the method probability."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_health.frames import days_of
from customer_health.methods import PROBABILITY
from customer_health.risk_fits import OTHER_SEGMENT

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyRelation as Relation

INTERCEPT = "intercept"
SCORE_SUFFIX = "_score"

COLUMNS = {
    "valid_from": "date",
    "segment": "varchar",
    "term": "varchar",
    "coefficient": "double",
    "mean": "double",
    "n_observations": "bigint",
    "n_accounts": "bigint",
    "n_churned_accounts": "bigint",
    "calibration_slope": "double",
    "reason": "varchar",
}


def fit_due(
    due: Relation,
    observations: Relation,
    scorecards: Relation,
    places: Relation,
    thresholds: Relation,
) -> pd.DataFrame | None:
    """Fit the model on every day that is due, each time on the outcomes that had matured by then.

    A dimension that is unknown counts as the mean of those that are known.

    Args:
        due: Relation with the days (`valid_from`).
        observations: Relation int_weights__observations.
        scorecards: Relation of the policy's scorecards.
        places: Relation int_policy__places, for its segments.
        thresholds: Relation with one row, a column per threshold.

    Returns:
        Rows with the columns `COLUMNS`: a version's terms (intercept and dimensions), for each
        segment; where there is no model, one row with the reason. None if nothing is due.
    """
    days = days_of(due)
    cards = scorecards.filter(f"role <> 'off' and method = '{PROBABILITY}'")
    if not days or not cards.limit(1).fetchall():
        return None

    # pandas and SciPy take seconds to load, and on most nights nothing is due
    import numpy as np
    import pandas as pd

    from customer_health.risk import Observations, RiskSettings, fit_model

    settings = RiskSettings.of(thresholds.df().iloc[0])
    names = [name for (name,) in places.project("segment").distinct().order("1").fetchall()]
    # means must not depend on the order of the rows
    rows = observations.order("account_id, as_of_date").df()
    rows["is_churned"] = 1 - rows["is_retained"]
    features = [name for name in rows.columns if name.endswith(SCORE_SUFFIX)]
    terms = [INTERCEPT, *(name.removesuffix(SCORE_SUFFIX) for name in features)]
    found = []
    for day in days:
        matured = rows[pd.to_datetime(rows["matured_date"]) <= pd.Timestamp(day)].copy()
        # a dimension of which nobody knows anything never varies, and then has no coefficient
        matured[features] = matured[features].fillna(matured[features].mean()).fillna(0)
        sample = Observations.of(matured, names, features).capped(settings.fit_row_cap)
        model = fit_model(sample, len(names), settings)
        if isinstance(model, str):
            version = pd.DataFrame(
                {"segment": [OTHER_SEGMENT], "term": [INTERCEPT], "reason": [model]}
            )
        else:
            version = pd.DataFrame(
                {
                    "segment": np.repeat([*names, OTHER_SEGMENT], len(terms)),
                    "term": np.tile(terms, len(names) + 1),
                    "coefficient": model.coefficients.ravel(),
                    "mean": np.tile([1.0, *model.means], len(names) + 1),
                    "n_observations": model.n_observations,
                    "n_accounts": model.n_accounts,
                    "n_churned_accounts": model.n_churned_accounts,
                    "calibration_slope": model.calibration_slope,
                }
            )
        found.append(version.assign(valid_from=day))
    return pd.concat(found, ignore_index=True)
