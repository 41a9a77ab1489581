"""Whether a scorecard that was right is going wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from customer_health.validation.intervals import Estimate, difference
from customer_health.validation.rows import in_order
from customer_health.validation.settings import Settings

if TYPE_CHECKING:
    from scipy.sparse import csr_array as SparseArray

COLUMNS = (
    "scorecard", "horizon_days", "as_of_date", "drift_check", "compared_with", "value", "low",
    "high", "threshold", "level", "evidence", "remedy", "reason",
)  # fmt: skip

REFIT = "refit the weights on the newest matured outcomes, before the quarter ends"
REMEDIES = {
    "accuracy falling": (
        "Read the month's false positives and false negatives, add the dimension that would have"
        f" caught them, and {REFIT}."
    ),
    "auc falling": f"The score ranks worse than it did: {REFIT}, and look for signals it lacks.",
    "distribution shift": (
        "Look first for a source that changed or broke, then for a change of product or customers;"
        " if the change is real, set the thresholds by current behaviour and note the date."
    ),
    "calibration": (
        "Churn is not what the score implies: fit the probabilities again on recent outcomes, and"
        " move the bands' limits if flags no longer fit what happens."
    ),
}


def drift(monthly: pd.DataFrame, scores: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Check every month of every scorecard for drift.

    Args:
        monthly: What `monthly_figures` gave; only segment 'all' is looked at.
        scores: A row per scorecard, account_id and as_of_date (month ends), health_score; also
            months whose outcomes have not matured.
        settings: Months, bins, confidence, draws.

    Returns:
        A row per scorecard, horizon_days (null for the distribution), as_of_date and
        drift_check, columns as in `COLUMNS`. `level` is 'alarm', 'watch' (falling, but it may be
        chance), 'none', or null with a reason. `remedy` is given with 'alarm' and 'watch'.
    """
    records = [*_figure_checks(monthly, settings), *_distribution_checks(scores, settings)]
    numbers = dict.fromkeys(("horizon_days", "value", "low", "high", "threshold"), float)
    checks = pd.DataFrame(records, columns=list(COLUMNS)).astype(numbers)
    raised = checks["level"].isin(["alarm", "watch"])
    checks["remedy"] = checks["drift_check"].map(REMEDIES).astype(object).where(raised, None)
    dates = {name: pd.to_datetime(checks[name]) for name in ("as_of_date", "compared_with")}
    return (
        checks.assign(**dates)
        .sort_values(["scorecard", "drift_check", "horizon_days", "as_of_date"])
        .reset_index(drop=True)
    )


def distribution_shift(
    reference: pd.Series, current: pd.Series, settings: Settings
) -> tuple[float, float]:
    """Measure the shift between two months' scores, and what chance alone would give.

    The stability index (PSI) is taken on bins that hold equal shares of the reference. For the
    threshold, the two months of each account trade places at random, and accounts that have one
    month only trade months among each other: what an account keeps from month to month stays.

    Args:
        reference: Scores by account of the reference month, without nulls.
        current: Scores by account of the month.
        settings: Bins, confidence, draws, seed.

    Returns:
        The index and the quantile of it, over permutations, at `confidence_share`.
    """
    from scipy.sparse import csr_array

    both = pd.concat({"reference": reference, "current": current}, axis=1).sort_index()
    first, second = both["reference"].to_numpy(float), both["current"].to_numpy(float)
    levels = np.unique(np.concatenate([first, second]))
    levels = levels[np.isfinite(levels)]

    def cells(scores: np.ndarray) -> SparseArray:
        """Give each account's score as a row with a one in the column of its level."""
        known = np.flatnonzero(np.isfinite(scores))
        places = (known, np.searchsorted(levels, scores[known]))
        ones = np.ones(len(known), dtype=np.float32)
        return csr_array((ones, places), shape=(len(scores), len(levels)))

    from_first, from_second = cells(first), cells(second)
    in_first, in_second = (table.sum(0)[None, :] for table in (from_first, from_second))
    observed = _psi(in_first, in_second, settings)
    # what changes in the first month's counts, and the other way round in the second's, by swaps
    traded = (from_second - from_first).T.tocsr()

    rng = np.random.default_rng(settings.seed)
    paired = np.isfinite(first) & np.isfinite(second)
    is_first = np.isfinite(first[~paired])
    drawn = []
    batch = max(1, 4_000_000 // max(len(both), len(levels)))
    for start in range(0, settings.n_draws, batch):
        n = min(batch, settings.n_draws - start)
        # single precision is exact for counts of accounts
        swaps = np.zeros((len(both), n), dtype=np.float32)
        swaps[paired] = rng.integers(0, 2, (n, int(paired.sum())), dtype=np.int32).T
        dealt = rng.permuted(np.tile(is_first, (n, 1)), axis=1)
        swaps[~paired] = (dealt != is_first).T
        change = np.ascontiguousarray((traded @ swaps).T, dtype=float)
        drawn.append(_psi(in_first + change, in_second - change, settings))
    threshold = np.quantile(np.concatenate(drawn), settings.confidence_share)
    return float(observed[0]), float(threshold)


def _psi(reference: np.ndarray, current: np.ndarray, settings: Settings) -> np.ndarray:
    """Compute the index from counts per score level (draws, levels)."""
    bins = settings.distribution_bins
    below = np.cumsum(reference, axis=1) - reference
    share_below = below / reference.sum(axis=1, keepdims=True)
    place = np.minimum((bins * share_below + 1e-9).astype(int), bins - 1)
    place += bins * np.arange(len(reference))[:, None]
    shares = []
    for counts in (reference, current):
        # Half an account more in each bin, so that an empty one has a logarithm.
        filled = 0.5 + np.bincount(
            place.ravel(), weights=counts.ravel(), minlength=bins * len(counts)
        ).reshape(-1, bins)
        shares.append(filled / filled.sum(axis=1, keepdims=True))
    return ((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum(axis=1)


def _figure_checks(monthly: pd.DataFrame, settings: Settings) -> Iterator[dict[str, object]]:
    whole = monthly[monthly["segment"] == "all"].sort_values("as_of_date")
    for (scorecard, horizon, figure), series in whole.groupby(
        ["scorecard", "horizon_days", "figure"]
    ):
        place = {"scorecard": scorecard, "horizon_days": horizon}
        if figure in ("accuracy", "auc"):
            yield from _falling(place, figure, series, settings)
        elif figure == "calibration_in_the_large":
            yield from _miscalibrated(place, series)


def _falling(
    place: dict[str, object], figure: str, series: pd.DataFrame, settings: Settings
) -> Iterator[dict[str, object]]:
    months = pd.to_datetime(series["as_of_date"]).dt.to_period("M").map(lambda m: m.ordinal)
    months, values = months.to_numpy(), series["value"].to_numpy(float)
    dates = series["as_of_date"].to_numpy()
    estimates = [_estimate(row) for row in series.itertuples()]
    n = settings.falling_months
    for i, date in enumerate(dates):
        row = {**place, "as_of_date": date, "drift_check": f"{figure} falling"}
        known = i >= n and months[i] - months[i - n] == n
        if not known or not np.isfinite(values[i - n : i + 1]).all():
            yield {**row, "reason": f"it takes {n + 1} months in a row that have the figure"}
            continue
        change = difference(estimates[i], estimates[i - n])
        falls = bool((np.diff(values[i - n : i + 1]) < 0).all())
        beyond_chance = change.high is not None and change.high < 0
        level = "none" if not falls else "alarm" if beyond_chance else "watch"
        course = ", ".join(f"{value:.3f}" for value in values[i - n : i + 1])
        words = {
            "none": f"has not fallen {n} months running",
            "watch": f"fell {n} months running, no further than chance may take it",
            "alarm": f"fell {n} months running, further than chance",
        }[level]
        yield {
            **row,
            "compared_with": dates[i - n],
            "value": values[i] - values[i - n],
            "low": change.low,
            "high": change.high,
            "threshold": 0.0,
            "level": level,
            "evidence": f"{figure} {words}: {course}.",
        }


def _miscalibrated(place: dict[str, object], series: pd.DataFrame) -> Iterator[dict[str, object]]:
    for month in series.itertuples():
        row = {**place, "as_of_date": month.as_of_date, "drift_check": "calibration"}
        gap = _estimate(month)
        if gap.limits is None:
            yield {**row, "reason": gap.reason}
            continue
        value, low, high = gap.limits
        off = low > 0 or high < 0
        yield {
            **row,
            "value": value,
            "low": low,
            "high": high,
            "threshold": 0.0,
            "level": "alarm" if off else "none",
            "evidence": (
                f"{100 * value:+.1f} points more churn than predicted"
                f" ({100 * low:+.1f} to {100 * high:+.1f})"
                f"{': beyond chance' if off else ''}."
            ),
        }


def _estimate(row: Any) -> Estimate:
    """Take an estimate back from a row of figures, nulls as None."""
    value, low, high = (None if pd.isna(x) else float(x) for x in (row.value, row.low, row.high))
    reason = None if pd.isna(row.reason) else row.reason
    return Estimate(value, low, high, int(row.n), reason=reason)


def _distribution_checks(scores: pd.DataFrame, settings: Settings) -> Iterator[dict[str, object]]:
    rows = in_order(scores, ("scorecard", "account_id", "as_of_date", "health_score"))
    rows = rows.dropna(subset="health_score")
    rows["month"] = 12 * rows["as_of_date"].dt.year + rows["as_of_date"].dt.month
    for scorecard, of_scorecard in rows.groupby("scorecard"):
        # The last observation of a month stands for it.
        months = {
            month: part[part["as_of_date"] == part["as_of_date"].max()]
            for month, part in of_scorecard.groupby("month")
        }
        for month, part in months.items():
            row = {
                "scorecard": scorecard,
                "as_of_date": part["as_of_date"].iloc[0],
                "drift_check": "distribution shift",
            }
            reference = months[min(m for m in months if m >= month - settings.reference_lag_months)]
            if reference is part:
                yield {**row, "reason": "there is no earlier month to hold it against"}
                continue
            value, threshold = distribution_shift(
                reference.set_index("account_id")["health_score"],
                part.set_index("account_id")["health_score"],
                settings,
            )
            shifted = value > threshold
            compared_with = reference["as_of_date"].iloc[0]
            yield {
                **row,
                "compared_with": compared_with,
                "value": value,
                "threshold": threshold,
                "level": "alarm" if shifted else "none",
                "evidence": (
                    f"PSI {value:.3f} against {compared_with:%Y-%m-%d};"
                    f" chance alone stays below {threshold:.3f}."
                ),
            }
