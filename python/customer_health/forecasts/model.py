"""A forecast of scores: an account's own trend, and the way back to its peers.

Change in 90 days = intercept + trend_share x change of the last 90 days + reversion_share x
distance to the median of accounts of similar tenure. The two shares say how much of a trend lasts
and how much of a distance closes, so that the trend is shrunk as far as history says it should be.
Intervals come from the errors of earlier forecasts (conformal), which needs no shape of the errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from customer_health.forecasts.settings import ForecastSettings

FEATURES = ("intercept", "trend_share", "reversion_share")


@dataclass(frozen=True)
class Forecast:
    """The model of one month's end, and what became of its forecasts.

    Errors are of scores, in points: what came less what was forecast.
    """

    month: np.datetime64
    coefficients: np.ndarray
    """In the order of `FEATURES`."""
    error_low: float
    error_high: float
    """Limits of the errors of earlier forecasts, between which the share of confidence lies."""
    n_observations: int
    """Pairs of scores that the coefficients rest on."""
    n_errors: int
    """Earlier forecasts whose errors give the limits."""
    n_checked: int
    """Forecasts of the month whose score 90 days later is known."""
    covered_share: float | None
    """Share of those within the interval (0-1)."""
    mean_error: float | None
    """Mean absolute error of those."""
    mean_error_unchanged: float | None
    """The same, had every score been forecast to stay as it is."""


def walk_forward(
    months: np.ndarray,
    matured: np.ndarray,
    features: np.ndarray,
    score: np.ndarray,
    later: np.ndarray,
    settings: ForecastSettings,
) -> Iterator[Forecast]:
    """Fit the model at each month's end on what had come by then.

    Args:
        months: Month's end of each score (datetime64).
        matured: Day of the score 90 days later.
        features: For each score 1, the change of the 90 days before, and the median of its peers
            less the score.
        score: The score (0-100).
        later: The score 90 days later; NaN where it is not known yet.
        settings: Numbers of the policy.

    Yields:
        A model for each month's end at which enough had come, the earliest first.
    """
    is_known = np.isfinite(later)
    change = later - score
    # of each forecast made, its month, the day its error is known, and the error
    made: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for month in np.unique(months):
        past = is_known & (matured <= month)
        if past.sum() < settings.minimum_accounts:
            continue
        coefficients = np.linalg.lstsq(features[past], change[past], rcond=None)[0]
        seen = [
            errors[(when <= month) & (_months_between(origin, month) <= settings.error_months)]
            for origin, when, errors in made
        ]
        errors = np.concatenate(seen) if seen else np.empty(0)
        if len(errors) < settings.minimum_accounts:
            # until forecasts have come due, those of the fit itself
            errors = change[past] - features[past] @ coefficients
        low, high = _limits(errors, settings.confidence_share)
        now = (months == month) & is_known
        forecast = np.clip(score[now] + features[now] @ coefficients, 0, 100)
        error = later[now] - forecast
        made.append((months[now], matured[now], error))
        n_checked = int(now.sum())
        is_covered = (error >= low) & (error <= high)
        yield Forecast(
            month,
            coefficients,
            low,
            high,
            int(past.sum()),
            len(errors),
            n_checked,
            float(is_covered.mean()) if n_checked else None,
            float(np.abs(error).mean()) if n_checked else None,
            float(np.abs(change[now]).mean()) if n_checked else None,
        )


def _months_between(origin: np.ndarray, month: np.datetime64) -> np.ndarray:
    return (month.astype("datetime64[M]") - origin.astype("datetime64[M]")).astype(int)


def _limits(errors: np.ndarray, share: float) -> tuple[float, float]:
    """Limits that hold the next error in at least this share of cases, if it is like these.

    The quantiles are those of conformal prediction, a little wider than the sample's own.
    """
    tail = (1 - share) / 2
    n = len(errors)
    rank = min(1.0, (1 - tail) * (n + 1) / n)
    low = np.quantile(errors, 1 - rank, method="lower")
    return float(low), float(np.quantile(errors, rank, method="higher"))
