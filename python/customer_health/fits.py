"""The fits that a build has to make: between a Python model's relations and `fit_weights`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from customer_health.frames import days_of
from customer_health.methods import FITTED

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyRelation as Relation

# In place of the name of a segmentation: the segments that the observations have.
PRIMARY = ""

COLUMNS = {
    "scorecard": "varchar",
    "segment": "varchar",
    "valid_from": "date",
    "dimension": "varchar",
    "correlation": "double",
    "correlation_low": "double",
    "correlation_high": "double",
    "somers_d": "double",
    "somers_d_low": "double",
    "somers_d_high": "double",
    "n_observations": "bigint",
    "n_accounts": "bigint",
    "n_churned_accounts": "bigint",
    "pooling_share": "double",
    "pooled_correlation": "double",
    "pooled_somers_d": "double",
    "coefficient": "double",
    "relative_importance": "double",
    "target_weight": "double",
    "weight": "double",
    "include_verdict": "varchar",
    "strength_verdict": "varchar",
    "is_negative": "boolean",
    "basis": "varchar",
    "fallback_reason": "varchar",
    "note": "varchar",
}


def fit_due(
    due: Relation,
    observations: Relation,
    scorecards: Relation,
    scorecard_weights: Relation,
    dimensions: Relation,
    thresholds: Relation,
    segments: Relation,
    fitted_before: Relation | None,
) -> pd.DataFrame | None:
    """Fit every scorecard of a fitted method on every day that is due.

    Args:
        due: Relation with the days (`valid_from`).
        observations: Relation int_weights__observations.
        scorecards: Relation of the policy's scorecards.
        scorecard_weights: Relation of their expert weights.
        dimensions: Relation of the policy's dimensions.
        thresholds: Relation with one row, a column per threshold.
        segments: Relation int_weights__segments.
        fitted_before: Relation of the versions fitted by earlier builds; None if there is none.

    Returns:
        Rows with the columns `COLUMNS`; None if nothing is due.
    """
    days = days_of(due)
    methods = ", ".join(f"'{method}'" for method in FITTED)
    cards = scorecards.filter(f"role <> 'off' and method in ({methods})")
    if not days or not cards.limit(1).fetchall():
        return None

    # pandas and SciPy take seconds to load, and on most nights nothing is due
    import pandas as pd

    from customer_health.weights import FitSettings, fit_weights

    strategic = dimensions.filter("is_strategic").project("dimension").fetchall()
    settings = FitSettings.of(
        thresholds.df().iloc[0], strategic_keep={dimension for (dimension,) in strategic}
    )
    weights = scorecard_weights.df()
    rows = observations.df()
    before = _newest_before(fitted_before, days[0])
    days_of_accounts = "account_id, as_of_date"
    places = segments.join(observations.project(days_of_accounts), days_of_accounts).df()
    chosen = cards.project(
        f"scorecard, method, starts_from, coalesce(weights_by, '{PRIMARY}') as weights_by"
    )
    fits = []
    for (start, weights_by), group in chosen.df().groupby(["starts_from", "weights_by"]):
        own = weights[weights["scorecard"] == start].set_index("dimension")["weight"]
        previous = before[before["scorecard"].isin(group["scorecard"])]
        fits.append(
            fit_weights(
                _placed(rows, places, weights_by),
                group[["scorecard", "method"]],
                own.to_dict(),
                settings,
                days,
                previous,
            )
        )
    return pd.concat(fits, ignore_index=True)


def _placed(rows: pd.DataFrame, segments: pd.DataFrame, weights_by: str) -> pd.DataFrame:
    """Rows with their segment by the segmentation that a scorecard's weights go by."""
    if weights_by == PRIMARY:
        return rows
    places = segments[segments["segmentation"] == weights_by]
    return rows.drop(columns="segment").merge(
        places[["account_id", "as_of_date", "segment"]], how="left", on=["account_id", "as_of_date"]
    )


def _newest_before(fitted_before: Relation | None, day: date) -> pd.DataFrame:
    """Rows of the newest version before a day."""
    import pandas as pd

    if fitted_before is None:
        return pd.DataFrame(columns=list(COLUMNS))
    rows = fitted_before.df()
    earlier = rows[pd.to_datetime(rows["valid_from"]) < pd.Timestamp(day)]
    newest = earlier.groupby("scorecard")["valid_from"].transform("max")
    return earlier[earlier["valid_from"] == newest]
