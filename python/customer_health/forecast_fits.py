"""The forecasts of scores that a build fits: between a Python model's relations and `forecasts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyRelation as Relation

COLUMNS = {
    "valid_from": "date",
    "intercept": "double",
    "trend_share": "double",
    "reversion_share": "double",
    "error_low": "double",
    "error_high": "double",
    "n_observations": "bigint",
    "n_errors": "bigint",
    "n_checked": "bigint",
    "covered_share": "double",
    "mean_error": "double",
    "mean_error_unchanged": "double",
}


def forecasts_of(observations: Relation, thresholds: Relation) -> pd.DataFrame | None:
    """Fit the forecast at each month's end; None without a pair of scores 90 days apart.

    Args:
        observations: Relation int_forecasts__observations.
        thresholds: Relation with one row, a column per threshold.
    """
    if not observations.filter("later_score is not null").limit(1).fetchall():
        return None
    # here: pandas takes a second to load
    import numpy as np
    import pandas as pd

    from customer_health.forecasts import FEATURES, ForecastSettings, walk_forward

    rows = observations.order("as_of_date, account_id").df()
    score = rows["health_score"].to_numpy(float)
    features = np.stack(
        [np.ones(len(rows)), rows["change_90d"], rows["peer_score"] - score], axis=1
    ).astype(float)
    models = walk_forward(
        rows["as_of_date"].to_numpy("datetime64[D]"),
        rows["matured_date"].to_numpy("datetime64[D]"),
        features,
        score,
        rows["later_score"].to_numpy(float),
        ForecastSettings.of(thresholds.df().iloc[0]),
    )
    found = [
        {
            "valid_from": model.month,
            **dict(zip(FEATURES, model.coefficients, strict=True)),
            **{name: getattr(model, name) for name in COLUMNS if hasattr(model, name)},
        }
        for model in models
    ]
    return pd.DataFrame(found) if found else None
