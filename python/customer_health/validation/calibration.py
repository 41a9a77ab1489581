"""From a score to a probability of churn, and whether such probabilities hold.

Each function takes all months of a scorecard, as its fits are small and many.
"""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from customer_health.validation.intervals import Estimate, normal_quantile
from customer_health.validation.settings import Settings

POINTS_PER_UNIT = 10
# A slight penalty keeps the fit finite where the score separates perfectly.
PENALTY, TOLERANCE = 1.0, 1e-4
MOST_STEPS = 100
# A Newton step must bring this share of what its slope promises (Armijo).
WORTH_A_STEP = 2**-11
ROUNDING = 16 * np.finfo(float).eps


def churn_log_odds(
    past: pd.DataFrame, dates: pd.DatetimeIndex, scores: Sequence[np.ndarray], settings: Settings
) -> list[np.ndarray | str]:
    """Fit P(churn | score) for each date on the past rows that had matured by then.

    Args:
        past: Rows of one scorecard and horizon, each with a score.
        dates: In ascending order.
        scores: For each date, those to give the log odds of.
        settings: Minimum evidence.

    Returns:
        For each date the log odds of its scores or, if there is no fit, the reason.
    """
    lost, kept, levels, n_churned = _known_by(past, dates)
    reasons = []
    for n, n_stayed in zip(n_churned.tolist(), kept.sum(axis=1).tolist(), strict=True):
        if n < settings.minimum_churned_accounts:
            reasons.append(
                f"{n} churned accounts in earlier matured observations;"
                f" {settings.minimum_churned_accounts} are needed to calibrate"
            )
        else:
            reasons.append("" if n_stayed else "nobody stayed in earlier matured observations")
    is_fitted = np.array([not reason for reason in reasons], dtype=bool)
    fits = np.full((len(dates), 2), np.nan)
    fits[is_fitted] = logistic(
        levels / POINTS_PER_UNIT, lost[is_fitted], kept[is_fitted], PENALTY, TOLERANCE
    )
    return [
        reason or intercept + slope * of_date / POINTS_PER_UNIT
        for reason, (intercept, slope), of_date in zip(reasons, fits, scores, strict=True)
    ]


def _known_by(
    past: pd.DataFrame, dates: pd.DatetimeIndex
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Count what had matured by each date.

    Scores have one decimal: to count who churned and stayed at each leaves little to fit. All
    levels that there can be are counted, so that no sum depends on which dates are asked for.

    Returns:
        Churned rows and others (dates, levels), the levels of the score, churned accounts.
    """
    known_from = dates.searchsorted(pd.to_datetime(past["matured_date"]))
    churned = past["is_churned"].to_numpy() == 1
    levels = np.arange(1001) / 10
    level = np.rint(past["health_score"].to_numpy() * 10).astype(int)
    shape = (2, len(dates) + 1, len(levels))
    cells = np.ravel_multi_index((churned.astype(int), known_from, level), shape)
    counts = np.bincount(cells, minlength=np.prod(shape)).reshape(shape).cumsum(axis=1)[:, :-1]
    first_known = (
        pd.Series(known_from[churned]).groupby(past["account_id"].to_numpy()[churned]).min()
    )
    n_churned = np.searchsorted(np.sort(first_known), np.arange(len(dates)), side="right")
    return counts[1], counts[0], levels, n_churned


def calibration_slopes(
    months: Sequence[tuple[np.ndarray, np.ndarray]], confidence: float
) -> list[Estimate]:
    """Regress outcomes on predicted log odds: 1 is right, below 1 is too extreme.

    For each month the log odds of its accounts, and which churned; the interval is Wald's.
    """
    from scipy.special import expit

    estimates = []
    # one by one: in one array, a month's last digit would depend on the longest month
    for odds, churned in months:
        known = {}
        if not (reason := _no_slope(odds, churned)):
            scale = odds.std()
            x = (odds - odds.mean())[None, :] / scale
            lost = churned[None, :].astype(float)
            [[intercept, slope]] = logistic(x, lost, 1 - lost, penalty=0.0, tolerance=1e-8)
            p = expit(intercept + slope * x)
            weight = p * (1 - p)
            variance = (weight * x**2).sum() - (weight * x).sum() ** 2 / weight.sum()
            margin = normal_quantile(confidence) / math.sqrt(variance) / scale
            value = float(slope / scale)
            known = {"value": value, "low": float(value - margin), "high": float(value + margin)}
        estimates.append(
            Estimate(n=len(churned), n_events=int(churned.sum()), reason=reason, **known)
        )
    return estimates


def _no_slope(log_odds: np.ndarray, churned: np.ndarray) -> str | None:
    """Say why there is no slope, if so."""
    if not churned.any():
        return "nobody churned"
    if churned.all():
        return "everybody churned"
    lost, kept = log_odds[churned], log_odds[~churned]
    # With one predictor, these are the cases in which no finite slope fits best.
    if lost.min() >= kept.max() or kept.min() >= lost.max():
        return "no slope: the scores separate all or nothing"
    return None


def logistic(
    x: np.ndarray, lost: np.ndarray, kept: np.ndarray, penalty: float, tolerance: float
) -> np.ndarray:
    """Fit log odds of churn = intercept + slope * x, each row of counts a fit, by Newton's method.

    Args:
        x: A value for each place, alike for all fits (places,) or not (fits, places).
        lost: How many churned at each place (fits, places).
        kept: How many stayed.
        penalty: Times half the square of the slope, it is added to the log loss of all rows.
        tolerance: Largest slope of the mean loss, and gain of the last step, to end with.

    Returns:
        Intercept and slope of each fit (fits, 2).
    """
    from scipy.special import expit

    rows = lost + kept
    n = rows.sum(axis=1)
    x = np.broadcast_to(x, rows.shape)
    fits = np.zeros((len(rows), 2))

    def loss(at: np.ndarray) -> np.ndarray:
        log_odds = at[:, :1] + at[:, 1:] * x
        misfit = (rows * np.logaddexp(0, log_odds) - lost * log_odds).sum(axis=1)
        return (misfit + penalty / 2 * at[:, 1] ** 2) / n

    def gradient_of(at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        p = expit(at[:, :1] + at[:, 1:] * x)
        error = rows * p - lost
        of_slope = (error * x).sum(axis=1) + penalty * at[:, 1]
        return p, np.stack([error.sum(axis=1), of_slope]) / n

    p, gradient = gradient_of(fits)
    is_left = np.ones(len(rows), dtype=bool)
    for _ in range(MOST_STEPS):
        weight = rows * p * (1 - p) / n[:, None]
        a, b = weight.sum(axis=1), (weight * x).sum(axis=1)
        c = (weight * x**2).sum(axis=1) + penalty / n
        of_intercept, of_slope = gradient / (a * c - b**2)
        newton = np.stack([b * of_slope - c * of_intercept, b * of_intercept - a * of_slope])
        step = np.where(is_left, newton, 0.0)
        gain, before, size = -(gradient * step).sum(axis=0), loss(fits), np.ones(len(rows))
        for _ in range(20):
            enough = before * (1 + ROUNDING) - WORTH_A_STEP * size * gain
            too_far = loss(fits + (size * step).T) > enough
            if not too_far.any():
                break
            size[too_far] /= 2
        fits += (size * step).T
        p, gradient = gradient_of(fits)
        is_left &= (np.abs(gradient).max(axis=0) > tolerance) | (gain / 2 > tolerance)
        if not is_left.any():
            break
    return fits
