"""The walk through the dates on which weights are fitted again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from customer_health.methods import CORRELATION, FITTED
from customer_health.weights.fits import Fit, segment_fit, universal_fit
from customer_health.weights.pooling import TOTAL, stepped
from customer_health.weights.sample import SCORE_SUFFIX, Sample
from customer_health.weights.settings import FitSettings

UNIVERSAL = "universal"

WEIGHTS_TOLERANCE = 1e-9

# Names and types; the types hold also where a column is null throughout.
COLUMNS = {
    "scorecard": "string",
    "method": "string",
    "segment": "string",
    "valid_from": "datetime64[us]",
    "dimension": "string",
    "correlation": "float",
    "correlation_low": "float",
    "correlation_high": "float",
    "somers_d": "float",
    "somers_d_low": "float",
    "somers_d_high": "float",
    "n_observations": "int64",
    "n_accounts": "int64",
    "n_churned_accounts": "int64",
    "pooling_share": "float",
    "pooled_correlation": "float",
    "pooled_somers_d": "float",
    "coefficient": "float",
    "relative_importance": "float",
    "target_weight": "float",
    "weight": "float",
    "include_verdict": "string",
    "strength_verdict": "string",
    "is_negative": "bool",
    "basis": "string",
    "fallback_reason": "string",
    "note": "string",
}


# One thread: sums then do not hang on the number of cores, and dbt's threads need them.
@threadpool_limits.wrap(limits=1, user_api="blas")
def fit_weights(
    observations: pd.DataFrame,
    scorecards: pd.DataFrame,
    expert_weights: Mapping[str, float],
    settings: Mapping | FitSettings,
    fits_due: Iterable,
    previous: pd.DataFrame,
) -> pd.DataFrame:
    """Fit the weights of all scorecards on each date due, with nothing that was known later.

    Args:
        observations: A row per account and observation day whose label has matured: `account_id`,
            `as_of_date`, `matured_date` (from when on the label is known), `segment` (missing
            counts as 'unknown'), `is_retained` (0 or 1) and a `<dimension>_score` per dimension
            (0-100, NaN unknown). In any order.
        scorecards: A row per `scorecard` with its `method`, a fitted one.
        expert_weights: Weight of each dimension, summing to 100: the fallback, and what the first
            fit starts from. A dimension with a score and no weight here counts as 0.
        settings: `FitSettings`, or those that differ from the policy by name.
        fits_due: Dates; the fit of a date uses labels matured on or before it.
        previous: Rows of the newest version before the first date due, in the form of the result;
            empty if there is none.

    Returns:
        A row per scorecard, segment ('universal' and those seen by the date), date and dimension:

        - correlation, somers_d, their intervals (_low, _high), n_observations, n_accounts,
          n_churned_accounts: see `Correlations`, over the segment's own rows. Null: score or label
          does not vary.
        - pooling_share: share (0-1) of the segment's own estimate in the one used; 1 if universal.
        - pooled_correlation: the correlation that weights and `is_negative` rest on.
        - pooled_somers_d: Somers' D that verdicts rest on.
        - coefficient: change in log-odds of retention per point of score, pooled likewise; null
          where a method has none or nothing was fitted.
        - relative_importance: see `relative_importance`, over the segment's own rows.
        - target_weight: weight (0-100) that the fit asks for; weight: after the cap on a step.
          Both sum to 100 over a scorecard, segment and date.
        - include_verdict: include, consider, skip or, instead of skip if strategic, keep;
          strength_verdict: strong, moderate, weak. Two vocabularies of D0. Null: no D.
        - is_negative: the pooled correlation is below 0; what is fitted by correlation has
          the target 0 then.
        - basis: fitted; fitted, pooled with universal; universal; expert.
        - fallback_reason: why the row is not fitted, or not by the segment's own estimate.
        - note: that accounts were sampled, if so.
    """
    policy = FitSettings.model_validate(settings)
    methods = _methods(scorecards)
    scored = [name for name in observations.columns if name.endswith(SCORE_SUFFIX)]
    dimensions = sorted({*expert_weights, *(name.removesuffix(SCORE_SUFFIX) for name in scored)})
    expert = _expert(expert_weights, dimensions)
    everything = Sample.of(observations, dimensions)
    in_force = _weights_in_force(previous, dimensions)
    versions = []
    for due in sorted({pd.Timestamp(day).normalize() for day in fits_due}):
        sample, note = everything.matured_by(due).capped(policy.fit_row_cap)
        segments = {*sample.segment, *(segment for _, segment in in_force)} - {UNIVERSAL}
        fits = _fits(sample, sorted(segments), set(methods.values()), expert, policy)
        now = {}
        for scorecard, method in methods.items():
            # a segment without a version had the universal weights until now
            universal = in_force.get((scorecard, UNIVERSAL), expert)
            for segment, fit in fits.items():
                wanted = fit.targets[method].weights
                before = in_force.get((scorecard, segment), universal)
                weights = stepped(before, wanted, policy.refit_step_points)
                now[scorecard, segment] = weights
                version = {
                    "scorecard": scorecard,
                    "method": method,
                    "segment": segment,
                    "valid_from": due,
                    "dimension": dimensions,
                    **_evidence(fit, method),
                    **_verdicts(fit.somers_d, dimensions, policy),
                    "is_negative": fit.strengths[CORRELATION] < 0,
                    "weight": weights,
                    "note": note,
                }
                versions.append(version)
        in_force |= now
    return _table(versions, len(dimensions)).sort_values(
        ["scorecard", "valid_from", "segment", "dimension"], ignore_index=True
    )


def _table(versions: Sequence[Mapping], n_dimensions: int) -> pd.DataFrame:
    """Put versions, whose columns hold a value or one per dimension, into one table."""
    columns = {
        name: [
            value
            for version in versions
            for value in np.broadcast_to(np.array(version[name], dtype=object), n_dimensions)
        ]
        for name in COLUMNS
    }
    return pd.DataFrame(columns, dtype=object).astype(COLUMNS)


def _fits(
    sample: Sample,
    segments: Sequence[str],
    methods: Collection[str],
    expert: np.ndarray,
    policy: FitSettings,
) -> dict[str, Fit]:
    """Fit all accounts together and then each segment."""
    universal = universal_fit(sample, methods, expert, policy)
    fits = {UNIVERSAL: universal}
    for segment in segments:
        rows = sample.rows(sample.segment == segment)
        fits[segment] = segment_fit(segment, rows, universal, sample.n_accounts, expert, policy)
    return fits


def _evidence(fit: Fit, method: str) -> dict:
    """Columns that say what a version's weights rest on."""
    goal = fit.targets[method]
    return {
        "correlation": fit.found.r,
        "correlation_low": fit.found.low,
        "correlation_high": fit.found.high,
        "somers_d": fit.found.somers_d,
        "somers_d_low": fit.found.somers_d_low,
        "somers_d_high": fit.found.somers_d_high,
        "n_observations": fit.found.n_observations,
        "n_accounts": fit.found.n_accounts,
        "n_churned_accounts": fit.found.n_churned_accounts,
        "pooling_share": fit.shares,
        "pooled_correlation": fit.strengths[CORRELATION],
        "pooled_somers_d": fit.somers_d,
        "coefficient": fit.strengths[method] if FITTED[method].is_coefficient else np.nan,
        "relative_importance": fit.importance,
        "target_weight": goal.weights,
        "basis": goal.basis,
        "fallback_reason": goal.reasons,
    }


def _verdicts(d: np.ndarray, dimensions: Sequence[str], policy: FitSettings) -> dict:
    """D0's two vocabularies, by Somers' D; they say nothing where there is none."""
    unknown = np.isnan(d)
    is_strategic = np.isin(dimensions, list(policy.strategic_keep))
    inclusions: list[Any] = [None, "include", "consider", "keep"]
    strengths: list[Any] = [None, "strong", "moderate"]
    include = np.select(
        [
            unknown,
            d > policy.include_above_somers_d,
            d >= policy.skip_below_somers_d,
            is_strategic,
        ],
        inclusions,
        "skip",
    )
    strength = np.select(
        [unknown, d > policy.strong_above_somers_d, d >= policy.weak_below_somers_d],
        strengths,
        "weak",
    )
    return {"include_verdict": include, "strength_verdict": strength}


# ------------------------------------------------------------------------------ what was handed in


def _methods(scorecards: pd.DataFrame) -> dict[str, str]:
    """Give the method of each scorecard."""
    methods = {}
    for scorecard, method in zip(scorecards["scorecard"], scorecards["method"], strict=True):
        if method not in FITTED:
            raise ValueError(
                f"Scorecard '{scorecard}' has the method '{method}'. "
                f"Fix: use one of {', '.join(FITTED)}."
            )
        if scorecard in methods:
            raise ValueError(f"Scorecard '{scorecard}' is there twice. Fix: keep one of them.")
        methods[scorecard] = method
    return methods


def _expert(expert_weights: Mapping[str, float], dimensions: Sequence[str]) -> np.ndarray:
    """Give the experts' weights in the order of the dimensions."""
    expert = np.array([float(expert_weights.get(name, 0)) for name in dimensions])
    if not (expert >= 0).all() or abs(expert.sum() - TOTAL) > WEIGHTS_TOLERANCE:
        raise ValueError(
            f"The expert weights {dict(expert_weights)} are not numbers from 0 up that sum to 100. "
            "Fix: make them sum to 100."
        )
    return expert


def _weights_in_force(
    previous: pd.DataFrame, dimensions: Sequence[str]
) -> dict[tuple[str, str], np.ndarray]:
    """Give the weights of the version before, by scorecard and segment.

    Dimensions that are gone leave theirs to the others; new ones had none.
    """
    weights = {}
    if len(previous):
        for key, rows in previous.groupby(["scorecard", "segment"]):
            of_dimension = rows.set_index("dimension")["weight"].astype(float)
            known = of_dimension.reindex(dimensions).fillna(0.0).to_numpy()
            total = known.sum()
            if abs(total - TOTAL) <= WEIGHTS_TOLERANCE:
                # to the last bit, so that a walk in two parts ends where one in one does
                weights[key] = known
            elif total > 0:
                weights[key] = known * (TOTAL / total)
    return weights
