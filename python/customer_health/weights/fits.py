"""What observations say about the weights: of all accounts together, and of a segment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from customer_health.methods import CORRELATION, FITTED
from customer_health.weights.correlation import Correlations, correlations
from customer_health.weights.importance import relative_importance
from customer_health.weights.pooling import (
    pooled,
    pooling_shares,
    proportional,
    reason_against_sample,
    reason_against_segment,
    reasons_against_dimensions,
)
from customer_health.weights.sample import Sample
from customer_health.weights.settings import FitSettings

NONE_POSITIVE = "no dimension is found to go with retention"


@dataclass(frozen=True)
class Target:
    """Weights to go to and, per dimension, what they rest on."""

    weights: np.ndarray
    """0-100, summing to 100."""
    basis: tuple[str, ...]
    """'fitted', 'fitted, pooled with universal', 'universal' or 'expert'."""
    reasons: tuple[str | None, ...]
    """Why it is not fitted; None: it is."""

    @property
    def is_fitted(self) -> np.ndarray:
        """Mask of the dimensions whose weight is not the experts'."""
        return np.array([basis != "expert" for basis in self.basis])


@dataclass(frozen=True)
class Fit:
    """What a group's observations say, and the weights that follow by each method."""

    found: Correlations
    """Of the group's own rows."""
    importance: np.ndarray
    """Likewise."""
    shares: np.ndarray
    """Share (0-1) of the group's own estimate in `strengths`, per dimension."""
    strengths: dict[str, np.ndarray]
    """By method: what weights are proportional to, pooled. NaN: no estimate.

    That of correlations is always there, as `is_negative` rests on it.
    """
    somers_d: np.ndarray
    """Somers' D, pooled likewise: verdicts rest on it."""
    targets: dict[str, Target]
    """By method."""


def universal_fit(
    sample: Sample, methods: Collection[str], expert: np.ndarray, settings: FitSettings
) -> Fit:
    """Fit all accounts together."""
    found = correlations(sample, settings.bootstrap_samples, settings.confidence_share)
    lack = reason_against_sample(sample, settings)
    reasons = [lack] * len(expert) if lack else reasons_against_dimensions(sample, found, settings)
    strengths = _strengths(sample, found, reasons, {CORRELATION, *methods}, settings)

    targets = {}
    is_fitted = _have_none(reasons)
    for method, strength in strengths.items():
        weights = proportional(strength, expert, is_fitted)
        if weights is None:
            why = tuple(reason or NONE_POSITIVE for reason in reasons)
            targets[method] = Target(expert, ("expert",) * len(expert), why)
        else:
            basis = tuple("fitted" if fitted else "expert" for fitted in is_fitted)
            targets[method] = Target(weights, basis, tuple(reasons))
    shares = np.ones(len(expert))
    return Fit(found, _importance(sample, found), shares, strengths, found.somers_d, targets)


def segment_fit(
    name: str,
    sample: Sample,
    universal: Fit,
    portfolio_accounts: int,
    expert: np.ndarray,
    settings: FitSettings,
) -> Fit:
    """Fit a segment: its own estimates pooled with the universal ones where it has enough."""
    found = correlations(sample, settings.bootstrap_samples, settings.confidence_share)
    lack = reason_against_segment(name, sample, portfolio_accounts, settings)
    reasons = [lack] * len(expert)
    if not lack:
        reasons = [
            reason and f"in the segment: {reason}"
            for reason in reasons_against_dimensions(sample, found, settings)
        ]
    shares = pooling_shares(found.n_accounts, _have_none(reasons), settings.pooling_accounts)
    by_correlation = pooled(found.r, universal.strengths[CORRELATION], shares)
    if not (by_correlation[universal.targets[CORRELATION].is_fitted] > 0).any():
        # by every method, so that flags and verdicts fit the weights
        reasons = [reason or NONE_POSITIVE for reason in reasons]
        shares = np.zeros_like(shares)
    own = _strengths(sample, found, reasons, universal.strengths, settings)
    strengths = {
        method: pooled(own[method], of_all, shares)
        for method, of_all in universal.strengths.items()
    }
    targets = {
        method: _segment_target(strength, universal.targets[method], reasons, expert)
        for method, strength in strengths.items()
    }
    somers_d = pooled(found.somers_d, universal.somers_d, shares)
    return Fit(found, _importance(sample, found), shares, strengths, somers_d, targets)


def _segment_target(
    strengths: np.ndarray, universal: Target, reasons: Sequence[str | None], expert: np.ndarray
) -> Target:
    """Weights by pooled strengths, or the universal ones if nothing of the segment's own counts.

    What is not fitted for all accounts is not for a segment either, for the same reason.
    """
    is_fitted = universal.is_fitted
    is_own = is_fitted & _have_none(reasons)
    weights = proportional(strengths, expert, is_fitted) if is_own.any() else None
    if weights is None:
        weights = universal.weights
        reasons = [reason or NONE_POSITIVE for reason in reasons]
        is_own = np.zeros_like(is_own)
    basis = np.select(
        [~is_fitted, is_own], ["expert", "fitted, pooled with universal"], "universal"
    )
    why = tuple(
        own if fitted else of_all
        for own, of_all, fitted in zip(reasons, universal.reasons, is_fitted, strict=True)
    )
    return Target(weights, tuple(basis.tolist()), why)


def _strengths(
    sample: Sample,
    found: Correlations,
    reasons: Sequence[str | None],
    methods: Iterable[str],
    settings: FitSettings,
) -> dict[str, np.ndarray]:
    """A group's own estimates by each method."""
    is_fitted = _have_none(reasons)
    return {
        method: FITTED[method].strengths(sample, found, is_fitted, settings) for method in methods
    }


def _importance(sample: Sample, found: Correlations) -> np.ndarray:
    """Relative importance of the dimensions that have a correlation at all."""
    has_r = ~np.isnan(found.r)
    return relative_importance(sample, has_r) if has_r.any() else np.full(len(has_r), np.nan)


def _have_none(reasons: Sequence[str | None]) -> np.ndarray:
    return np.array([reason is None for reason in reasons])
