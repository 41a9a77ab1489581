"""A regularised logistic model of expansion within 180 days, judged on months it has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_health.expansion.settings import ExpansionSettings
from customer_health.expansion_fits import TERMS
from customer_health.logistic import ridge_logistic

FEATURES = TERMS[1:]
# Of the rows that had matured, the later ones that the model of the earlier ones is judged on.
LATER_SHARE = 0.3


@dataclass(frozen=True)
class ExpansionModel:
    """Log odds of expansion = intercept + sum of coefficient x (feature - mean)."""

    coefficients: np.ndarray
    """In the order of `TERMS`."""
    means: np.ndarray
    """Of each feature where it is known, standing in where it is not; 0 for the intercept."""
    n_observations: int
    n_accounts: int
    n_expanded_accounts: int
    label: str
    """predictive: on later months it beats chance; else heuristic."""
    label_reason: str | None
    """Why it is no more than heuristic."""
    auc: float | None
    """On months later than those that the judged model was fitted on; None if none could be."""
    auc_low: float | None


def fit_model(rows: pd.DataFrame, settings: ExpansionSettings) -> ExpansionModel | str:
    """Fit the model on what had matured, or say why there is none.

    Args:
        rows: account_id, as_of_date, matured_date, is_expanded (0 or 1) and the features; NaN: not
            known.
        settings: Numbers of the policy.
    """
    rows = rows.sort_values(["account_id", "as_of_date"])
    n, n_expanded = rows["account_id"].nunique(), _n_expanded(rows)
    if n < settings.minimum_outcomes or n_expanded < settings.minimum_expanded:
        return (
            f"{n} accounts have a matured outcome and {n_expanded} of them expanded;"
            f" {settings.minimum_outcomes} and {settings.minimum_expanded} are needed"
        )
    if (rows["is_expanded"] == 1).all():
        return "every account expanded"
    coefficients, means = _fitted(rows, settings)
    auc, low, reason = _judged(rows, settings)
    return ExpansionModel(
        coefficients,
        means,
        len(rows),
        n,
        n_expanded,
        "heuristic" if reason else "predictive",
        reason,
        auc,
        low,
    )


def log_odds(rows: pd.DataFrame, coefficients: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Log odds of expansion of each row."""
    known = np.nan_to_num(rows[list(FEATURES)].to_numpy(float) - means[1:])
    return coefficients[0] + known @ coefficients[1:]


def _n_expanded(rows: pd.DataFrame) -> int:
    return int(rows.loc[rows["is_expanded"] == 1, "account_id"].nunique())


def _fitted(rows: pd.DataFrame, settings: ExpansionSettings) -> tuple[np.ndarray, np.ndarray]:
    features = rows[list(FEATURES)].to_numpy(float)
    is_known = np.isfinite(features)
    counts = np.maximum(is_known.sum(axis=0), 1)
    means = np.where(is_known, features, 0).sum(axis=0) / counts
    centred = np.where(is_known, features - means, 0)
    scales = centred.std(axis=0)
    scales[scales < 1e-9] = np.inf  # what never varies says nothing
    design = np.hstack([np.ones((len(rows), 1)), centred / scales])
    precision = np.full(design.shape[1], settings.ridge_penalty)
    precision[0] = 0
    account = pd.factorize(rows["account_id"])[0]
    fitted, _ = ridge_logistic(design, rows["is_expanded"].to_numpy(float), account, precision)
    return fitted / np.concatenate([[1.0], scales]), np.concatenate([[0.0], means])


def _judged(
    rows: pd.DataFrame, settings: ExpansionSettings
) -> tuple[float | None, float | None, str | None]:
    """AUC on later months of a model of earlier ones, its lower limit, and what is against it."""
    from customer_health.validation import Settings as ValidationSettings
    from customer_health.validation.bootstrap import auc_draws
    from customer_health.validation.intervals import quantile_limits

    days = np.sort(rows["as_of_date"].to_numpy())
    first = days[int(len(days) * (1 - LATER_SHARE))]
    early, later = rows[rows["matured_date"] <= first], rows[rows["as_of_date"] >= first]
    fewest = min(_n_expanded(early), _n_expanded(later))
    if fewest < settings.minimum_expanded or (later["is_expanded"] == 1).all():
        return None, None, f"too few expanded to judge it on later months: {fewest}"
    # what is low is to have expanded, as a low score is to have been lost
    scored = pd.DataFrame(
        {
            "account_id": pd.factorize(later["account_id"])[0],
            "is_churned": later["is_expanded"].to_numpy(),
            "score": -log_odds(later, *_fitted(early, settings)),
        }
    )
    of_validation = ValidationSettings(
        confidence_share=settings.confidence_share, n_draws=settings.n_draws
    )
    (draws,) = auc_draws(scored, of_validation, "score")
    # one-sided: the lower end of an interval that leaves out twice as much
    low, _ = quantile_limits(draws[1:], 2 * settings.confidence_share - 1)
    auc = float(draws[0])
    if low is None or low <= 0.5:
        limit = "unknown" if low is None else f"{low:.3f}"
        return (
            auc,
            low,
            f"AUC {auc:.3f} on later months, whose lower limit {limit} is not above 0.5",
        )
    return auc, low, None
