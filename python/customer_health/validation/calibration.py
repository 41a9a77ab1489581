"""From a score to a probability of churn, and whether such probabilities hold."""

import numpy as np
import pandas as pd

from customer_health.validation.intervals import Estimate, normal_quantile
from customer_health.validation.rows import n_churned_accounts
from customer_health.validation.settings import Settings

POINTS_PER_UNIT = 10


def churn_log_odds(
    past: pd.DataFrame, scores: np.ndarray, settings: Settings
) -> tuple[np.ndarray | None, str | None]:
    """Fit P(churn | score) on past rows by logistic regression; give the log odds of `scores`.

    Returns:
        The log odds, or None and the reason.
    """
    from sklearn.linear_model import LogisticRegression

    n_churned = n_churned_accounts(past)
    if n_churned < settings.minimum_churned_accounts:
        return None, (
            f"{n_churned} churned accounts in earlier matured observations;"
            f" {settings.minimum_churned_accounts} are needed to calibrate"
        )
    if past["is_churned"].all():
        return None, "nobody stayed in earlier matured observations"
    # Scores have one decimal: to count who churned and stayed at each leaves little to fit.
    level, levels = pd.factorize(past["health_score"].to_numpy())
    lost = np.bincount(level, weights=past["is_churned"])
    kept = np.bincount(level) - lost
    # The slight penalty that is the library's default keeps the fit finite where the score
    # separates perfectly.
    model = LogisticRegression(solver="newton-cholesky").fit(
        np.tile(levels, 2)[:, None] / POINTS_PER_UNIT,
        np.repeat([1, 0], len(levels)),
        sample_weight=np.concatenate([lost, kept]),
    )
    return model.intercept_[0] + model.coef_[0, 0] * scores / POINTS_PER_UNIT, None


def calibration_slope(log_odds: np.ndarray, churned: np.ndarray, confidence: float) -> Estimate:
    """Regress the outcome on the predicted log odds: 1 is right, below 1 is too extreme.

    A row per account; the interval is Wald's.
    """
    from scipy.special import expit
    from sklearn.linear_model import LogisticRegression

    counts = {"n": len(churned), "n_events": int(churned.sum())}
    if not churned.any() or churned.all():
        reason = "everybody churned" if churned.any() else "nobody churned"
        return Estimate(**counts, reason=reason)
    lost, kept = log_odds[churned], log_odds[~churned]
    # With one predictor, these are the cases in which no finite slope fits best.
    if lost.min() >= kept.max() or kept.min() >= lost.max():
        return Estimate(**counts, reason="no slope: the scores separate all or nothing")
    centre, scale = log_odds.mean(), log_odds.std()
    x = ((log_odds - centre) / scale)[:, None]
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-8).fit(x, churned)
    p = expit(model.decision_function(x))
    design = np.column_stack([np.ones(len(x)), x])
    covariance = np.linalg.inv(design.T @ (design * (p * (1 - p))[:, None]))
    slope = float(model.coef_[0, 0] / scale)
    margin = normal_quantile(confidence) * float(np.sqrt(covariance[1, 1])) / scale
    return Estimate(slope, float(slope - margin), float(slope + margin), **counts)
