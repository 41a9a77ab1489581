"""A regularised logistic model of an outcome within 180 days, judged on months it has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_health.logistic import later_fold, ridge_logistic
from customer_health.named_outcome_fits import Outcome
from customer_health.named_outcomes.settings import OutcomeSettings


@dataclass(frozen=True)
class OutcomeModel:
    """Log odds of the outcome = intercept + sum of coefficient x (feature - mean)."""

    coefficients: np.ndarray
    """In the order of the outcome's terms."""
    covariance: np.ndarray
    """Of the coefficients, over accounts."""
    means: np.ndarray
    """Of each feature where it is known, standing in where it is not; 0 for the intercept."""
    n_observations: int
    n_accounts: int
    n_positive_accounts: int
    label: str
    """predictive: on later months it beats chance; else heuristic."""
    label_reason: str | None
    """Why it is no more than heuristic."""
    auc: float | None
    """On months later than those that the judged model was fitted on; None if none could be."""
    auc_low: float | None


def fit_model(
    rows: pd.DataFrame, outcome: Outcome, settings: OutcomeSettings
) -> OutcomeModel | str:
    """Fit the model on what had matured, or say why there is none.

    Args:
        rows: account_id, as_of_date, matured_date, the outcome's label (0 or 1) and its features;
            NaN: not known.
        outcome: What is modelled.
        settings: Numbers of the policy.
    """
    rows = rows.sort_values(["account_id", "as_of_date"])
    n, n_positive = rows["account_id"].nunique(), _n_positive(rows, outcome)
    if n < settings.minimum_outcomes or n_positive < settings.minimum_positive:
        return (
            f"{n} accounts have a matured outcome and {n_positive} of them {outcome.verb};"
            f" {settings.minimum_outcomes} and {settings.minimum_positive} are needed"
        )
    if (rows[outcome.label] == 1).all():
        return f"every account {outcome.verb}"
    coefficients, covariance, means = _fitted(rows, outcome, settings)
    auc, low, reason = _judged(rows, outcome, settings)
    return OutcomeModel(
        coefficients,
        covariance,
        means,
        len(rows),
        n,
        n_positive,
        "heuristic" if reason else "predictive",
        reason,
        auc,
        low,
    )


def log_odds(
    rows: pd.DataFrame, outcome: Outcome, coefficients: np.ndarray, means: np.ndarray
) -> np.ndarray:
    """Log odds of the outcome of each row."""
    known = np.nan_to_num(rows[list(outcome.features)].to_numpy(float) - means[1:])
    return coefficients[0] + known @ coefficients[1:]


def _n_positive(rows: pd.DataFrame, outcome: Outcome) -> int:
    return int(rows.loc[rows[outcome.label] == 1, "account_id"].nunique())


def _fitted(
    rows: pd.DataFrame, outcome: Outcome, settings: OutcomeSettings
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    features = rows[list(outcome.features)].to_numpy(float)
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
    labels = rows[outcome.label].to_numpy(float)
    fitted, covariance = ridge_logistic(design, labels, account, precision)
    scales = np.concatenate([[1.0], scales])
    return (
        fitted / scales,
        covariance / scales[:, None] / scales[None, :],
        np.concatenate([[0.0], means]),
    )


def _judged(
    rows: pd.DataFrame, outcome: Outcome, settings: OutcomeSettings
) -> tuple[float | None, float | None, str | None]:
    """AUC on later months of a model of earlier ones, its lower limit, and what is against it."""
    from customer_health.validation import Settings as ValidationSettings
    from customer_health.validation.bootstrap import auc_draws
    from customer_health.validation.intervals import quantile_limits

    is_early, is_later = later_fold(rows["as_of_date"].to_numpy(), rows["matured_date"].to_numpy())
    early, later = rows[is_early], rows[is_later]
    fewest = min(_n_positive(early, outcome), _n_positive(later, outcome))
    if fewest < settings.minimum_positive or (later[outcome.label] == 1).all():
        return None, None, f"too few {outcome.verb} to judge it on later months: {fewest}"
    coefficients, _, means = _fitted(early, outcome, settings)
    # what is low is to have had the outcome, as a low score is to have been lost
    scored = pd.DataFrame(
        {
            "account_id": pd.factorize(later["account_id"])[0],
            "is_churned": later[outcome.label].to_numpy(),
            "score": -log_odds(later, outcome, coefficients, means),
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
