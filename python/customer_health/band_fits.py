"""The limits of bands that a build fits: between a Python model's relations and `fit_limits`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyRelation as Relation

COLUMNS = {
    "valid_from": "date",
    "scorecard": "varchar",
    "segment": "varchar",
    "lifecycle_stage": "varchar",
    "is_in_renewal_window": "boolean",
    "band": "varchar",
    "is_flagged": "boolean",
    "lower_bound": "double",
    "upper_bound": "double",
    "base_rate": "double",
    "n_accounts": "bigint",
    "n_churned_accounts": "bigint",
    "reason": "varchar",
}


def fit_due(
    observations: Relation,
    scorecards: Relation,
    bands: Relation,
    places: Relation,
    thresholds: Relation,
    fitted_before: Relation | None,
) -> pd.DataFrame | None:
    """Fit the limits of every scorecard that has fitted ones, on every day that is due.

    Args:
        observations: Relation int_bands__observations.
        scorecards: Relation of the policy's scorecards.
        bands: Relation of the policy's bands.
        places: Relation int_policy__bands, for its places.
        thresholds: Relation with one row, a column per threshold.
        fitted_before: Relation of the limits fitted by earlier builds; None if there is none.

    Returns:
        Rows with the columns `COLUMNS`; where there are no limits, one row with the reason. None if
        nothing is due.
    """
    days = [day for (day,) in observations.project("valid_from").distinct().order("1").fetchall()]
    if not days:
        return None

    # pandas and SciPy take seconds to load, and on most nights nothing is due
    import pandas as pd

    from customer_health.bands import PLACE, BandSettings, fit_limits

    settings = BandSettings.of(thresholds.df().iloc[0])
    all_places = places.project(", ".join(PLACE)).distinct().order("all").df()
    before = _newest_before(fitted_before, days[0])
    cards = scorecards.filter("role <> 'off' and band_limits = 'fitted'").order("scorecard")
    found = []
    for scorecard, band_set in cards.project("scorecard, band_set").fetchall():
        named = (
            bands.filter(f"band_set = '{band_set}' and rule = 'default'").order("lower_bound").df()
        )
        previous = _upper_limits(before[before["scorecard"] == scorecard], PLACE)
        rows = observations.filter(f"scorecard = '{scorecard}'").df()
        rows_of = dict(list(rows.groupby("valid_from")))
        for day in days:
            of_day = rows_of.get(pd.Timestamp(day), rows[:0])
            limits = fit_limits(of_day, all_places, named, previous, settings)
            if isinstance(limits, str):
                limits = pd.DataFrame({"reason": [limits]})
            else:
                previous = _upper_limits(limits, PLACE)
            found.append(limits.assign(valid_from=day, scorecard=scorecard))
    return pd.concat(found, ignore_index=True) if found else None


def _newest_before(fitted_before: Relation | None, day: date) -> pd.DataFrame:
    """Rows of each scorecard's newest limits before a day."""
    import pandas as pd

    if fitted_before is None:
        return pd.DataFrame(columns=list(COLUMNS))
    rows = fitted_before.filter(f"valid_from < '{day}' and reason is null").df()
    newest = rows.groupby("scorecard")["valid_from"].transform("max")
    return rows[rows["valid_from"] == newest]


def _upper_limits(limits: pd.DataFrame, place: list[str]) -> dict[tuple, float]:
    """Upper limit by place and band."""
    return limits.set_index([*place, "band"])["upper_bound"].to_dict()
