"""From a score to a probability of churn, and whether such probabilities hold."""

import numpy as np
import pandas as pd

from customer_health.validation.intervals import Estimate, normal_quantile
from customer_health.validation.rows import n_churned_accounts
from customer_health.validation.settings import Settings

POINTS_PER_UNIT = 10
MOST_STEPS = 100


def churn_log_odds(
    past: pd.DataFrame, scores: np.ndarray, settings: Settings
) -> tuple[np.ndarray | None, str | None]:
    """Fit P(churn | score) on past rows by logistic regression; give the log odds of `scores`.

    Returns:
        The log odds, or None and the reason.
    """
    n_churned = n_churned_accounts(past)
    if n_churned < settings.minimum_churned_accounts:
        return None, (
            f"{n_churned} churned accounts in earlier matured observations;"
            f" {settings.minimum_churned_accounts} are needed to calibrate"
        )
    if past["is_churned"].all():
        return None, "nobody stayed in earlier matured observations"
    level, levels = pd.factorize(past["health_score"].to_numpy())
    lost = np.bincount(level, weights=past["is_churned"])
    kept = np.bincount(level) - lost
    # The slight penalty keeps the fit finite where the score separates perfectly.
    intercept, slope = logistic(levels / POINTS_PER_UNIT, lost, kept, 1 / len(past), 1e-4)
    return intercept + slope * scores / POINTS_PER_UNIT, None


def calibration_slope(log_odds: np.ndarray, churned: np.ndarray, confidence: float) -> Estimate:
    """Regress the outcome on the predicted log odds: 1 is right, below 1 is too extreme.

    A row per account; the interval is Wald's.
    """
    from scipy.special import expit

    counts = {"n": len(churned), "n_events": int(churned.sum())}
    if not churned.any() or churned.all():
        reason = "everybody churned" if churned.any() else "nobody churned"
        return Estimate(**counts, reason=reason)
    lost, kept = log_odds[churned], log_odds[~churned]
    # With one predictor, these are the cases in which no finite slope fits best.
    if lost.min() >= kept.max() or kept.min() >= lost.max():
        return Estimate(**counts, reason="no slope: the scores separate all or nothing")
    centre, scale = log_odds.mean(), log_odds.std()
    x = (log_odds - centre) / scale
    intercept, slope = logistic(x, churned.astype(float), 1.0 - churned, 0.0, 1e-8)
    p = expit(intercept + slope * x)
    design = np.column_stack([np.ones(len(x)), x])
    covariance = np.linalg.inv(design.T @ (design * (p * (1 - p))[:, None]))
    slope = float(slope / scale)
    margin = normal_quantile(confidence) * float(np.sqrt(covariance[1, 1])) / scale
    return Estimate(slope, float(slope - margin), float(slope + margin), **counts)


def logistic(
    x: np.ndarray, lost: np.ndarray, kept: np.ndarray, penalty: float, tolerance: float
) -> tuple[float, float]:
    """Fit P(churn | x) by logistic regression to how many churned and stayed at each x.

    Minimises (mean log-loss) + penalty / 2 x slope^2 by Newton's method, steps halved as long as
    they lead upwards, until gradient and expected gain are within the tolerance.

    Returns:
        Intercept and slope.
    """
    from scipy.special import expit

    n = lost + kept
    total = n.sum()
    design = np.stack([np.ones(len(x)), x])
    pull = np.array([0.0, penalty])

    def loss(parameters: np.ndarray) -> float:
        log_odds = parameters @ design
        fit = (n * np.logaddexp(0, log_odds) - lost * log_odds).sum() / total
        return fit + (pull * parameters**2).sum() / 2

    at, gain = np.zeros(2), np.inf
    loss_at = loss(at)
    for _ in range(MOST_STEPS):
        p = expit(at @ design)
        gradient = design @ (n * p - lost) / total + pull * at
        if np.abs(gradient).max() <= tolerance and gain <= tolerance:
            break
        curvature = (design * (n * p * (1 - p))) @ design.T / total + np.diag(pull)
        step = np.linalg.solve(curvature, -gradient)
        gain = -gradient @ step / 2
        # no further than rounding tells up from down
        while (loss_next := loss(at + step)) > loss_at + 1e-14 * abs(loss_at):
            step /= 2
        at, loss_at = at + step, loss_next
    return float(at[0]), float(at[1])
