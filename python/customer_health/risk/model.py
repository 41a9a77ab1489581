"""A regularised logistic model of churn, calibrated on a later fold.

Log odds of churn = intercept of the segment + sum of coefficient x feature. All covariances are
over accounts: the rows of one account repeat each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from customer_health.logistic import later_fold, ridge_logistic
from customer_health.risk.settings import RiskSettings
from customer_health.risk_fits import TERMS
from customer_health.weights.pooling import too_little

FEATURES = TERMS[1:]
# Prior belief about the slope of the calibration: 1, give or take this much.
SLOPE_DEVIATION = 0.25


@dataclass(frozen=True)
class Observations:
    """Labelled observations, sorted by account and day."""

    account: np.ndarray
    """Number of the account, never decreasing."""
    as_of_date: np.ndarray
    matured_date: np.ndarray
    """Day from which on the label was known."""
    features: np.ndarray
    """A column per feature, in the order in which they were asked for."""
    segment: np.ndarray
    """Number of the segment; -1: none of those listed."""
    is_churned: np.ndarray
    """1.0 if lost within the horizon, else 0.0."""

    @classmethod
    def of(
        cls, rows: pd.DataFrame, segments: Sequence[str], features: Sequence[str] = FEATURES
    ) -> Observations:
        """Read a frame with account_id, as_of_date, matured_date, segment, is_churned, features."""
        rows = rows.sort_values(["account_id", "as_of_date"])
        return cls(
            pd.factorize(rows["account_id"])[0],
            rows["as_of_date"].to_numpy("datetime64[s]"),
            rows["matured_date"].to_numpy("datetime64[s]"),
            rows[list(features)].to_numpy(float),
            pd.Index(segments).get_indexer(rows["segment"]),
            rows["is_churned"].to_numpy(float),
        )

    def rows(self, which: np.ndarray) -> Observations:
        """Give some of the rows, by a mask or by their numbers."""
        return replace(self, **{name: values[which] for name, values in vars(self).items()})

    def capped(self, most_rows: int) -> Observations:
        """Give whole accounts, evenly drawn, with about no more rows than that."""
        every = -(-len(self.account) // most_rows)
        return self.rows(self.account % every == 0) if every > 1 else self

    @property
    def n_accounts(self) -> int:
        """Accounts that have any row."""
        return len(np.unique(self.account))

    @property
    def n_churned_accounts(self) -> int:
        """Accounts with a label that says churned."""
        return len(np.unique(self.account[self.is_churned == 1]))


@dataclass(frozen=True)
class ChurnModel:
    """A fitted model, for one segment after the other."""

    means: np.ndarray
    """Mean of each feature over the rows it was fitted on."""
    coefficients: np.ndarray
    """Intercept first, then a column per feature (segments + 1, features + 1); the last row is for
    a segment that is not among those listed."""
    covariances: np.ndarray
    """Of the coefficients (segments + 1, features + 1, features + 1)."""
    n_observations: int
    n_accounts: int
    n_churned_accounts: int
    calibration_slope: float | None
    """None: there was too little to calibrate with."""


def fit_model(
    observations: Observations, n_segments: int, settings: RiskSettings
) -> ChurnModel | str:
    """Fit the model on what had matured, or say why there is none.

    All rows give the coefficients. What they are worth on rows not seen is measured: a model of the
    earlier rows is held against later ones, whose outcomes no earlier row shares, and the slope and
    the level found there hold for the coefficients. Where either part would have too few churned
    accounts, nothing is calibrated.
    """
    reason = too_little(observations.n_accounts, observations.n_churned_accounts, settings)
    if reason:
        return reason
    if (observations.is_churned == 1).all():
        return "every account churned"
    fitted, covariance = _fitted(observations, n_segments, settings)
    slope = None
    if fold := _later_fold(observations, settings):
        early, later = fold
        slope, spread = _calibration(_fitted(early, n_segments, settings)[0], later, n_segments)
        # the calibration is uncertain, too
        along = np.stack([np.eye(len(fitted))[0], fitted], axis=1)
        covariance = slope**2 * covariance + along @ spread @ along.T
        fitted = slope * fitted
        fitted[0] += _level(fitted, later, n_segments)
    # a segment's intercept is the common one and its own effect
    n_features = observations.features.shape[1]
    pick = np.zeros((n_segments + 1, n_features + 1, len(fitted)))
    pick[:, np.arange(n_features + 1), np.arange(n_features + 1)] = 1
    pick[np.arange(n_segments), 0, n_features + 1 + np.arange(n_segments)] = 1
    return ChurnModel(
        observations.features.mean(axis=0),
        pick @ fitted,
        pick @ covariance @ pick.transpose(0, 2, 1),
        len(observations.account),
        observations.n_accounts,
        observations.n_churned_accounts,
        slope,
    )


def _later_fold(
    observations: Observations, settings: RiskSettings
) -> tuple[Observations, Observations] | None:
    is_early, is_later = later_fold(observations.as_of_date, observations.matured_date)
    early, later = observations.rows(is_early), observations.rows(is_later)
    fewest = min(early.n_churned_accounts, later.n_churned_accounts)
    return (early, later) if fewest >= settings.minimum_churned else None


def _columns(observations: Observations, n_segments: int) -> np.ndarray:
    """Intercept, features and a column per segment."""
    is_in = observations.segment[:, None] == np.arange(n_segments)
    return np.hstack([np.ones((len(is_in), 1)), observations.features, is_in])


def _design(observations: Observations, n_segments: int) -> tuple[np.ndarray, np.ndarray]:
    """Standardised columns, and what turns their coefficients into those of raw ones.

    Segments are centred and not scaled: a penalty draws them all alike to the common intercept.
    """
    raw = _columns(observations, n_segments)
    means = raw.mean(axis=0)
    scales = raw.std(axis=0)
    scales[scales < 1e-9] = np.inf  # what never varies says nothing
    scales[1 + observations.features.shape[1] :] = 1
    scales[0], means[0] = 1, 0
    to_raw = np.diag(1 / scales)
    to_raw[0, 1:] = -means[1:] / scales[1:]
    return (raw - means) / scales, to_raw


def _fitted(
    observations: Observations, n_segments: int, settings: RiskSettings
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of the raw columns, each drawn to 0 but the intercept, and their covariance."""
    design, to_raw = _design(observations, n_segments)
    precision = np.full(design.shape[1], settings.ridge_penalty)
    precision[0] = 0
    fitted, covariance = ridge_logistic(
        design, observations.is_churned, observations.account, precision
    )
    return to_raw @ fitted, to_raw @ covariance @ to_raw.T


def _calibration(
    fitted: np.ndarray, later: Observations, n_segments: int
) -> tuple[float, np.ndarray]:
    """Slope that the log odds of a model need on rows it has not seen.

    Returns:
        The slope, and the covariance of level and slope.
    """
    log_odds = _columns(later, n_segments) @ fitted
    x = np.stack([np.ones(len(log_odds)), log_odds], axis=1)
    precision = np.array([0, SLOPE_DEVIATION**-2])
    (_, stretch), spread = ridge_logistic(
        x, later.is_churned, later.account, precision, offset=log_odds
    )
    return float(1 + stretch), spread


def _level(fitted: np.ndarray, later: Observations, n_segments: int) -> float:
    """What to add to the log odds for as many to churn as did."""
    log_odds = _columns(later, n_segments) @ fitted
    ones = np.ones((len(log_odds), 1))
    (level,), _ = ridge_logistic(
        ones, later.is_churned, later.account, np.zeros(1), offset=log_odds
    )
    return float(level)
