"""The figures of each month: how right the predictions were."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from customer_health.validation import ranking
from customer_health.validation.calibration import calibration_slope, churn_log_odds
from customer_health.validation.intervals import (
    Estimate,
    delong,
    normal_quantile,
    quantile_limits,
    wilson,
)
from customer_health.validation.rows import with_outcome
from customer_health.validation.settings import Settings

COLUMNS = (
    "scorecard", "segment", "as_of_date", "horizon_days", "figure", "value", "low", "high", "n",
    "n_events", "target", "verdict", "excellent_target", "excellent_verdict", "reason",
)  # fmt: skip


class _Predicted(NamedTuple):
    """Accounts of a month that have a score, an element each, and how many there are in all."""

    scores: np.ndarray
    churned: np.ndarray
    flagged: np.ndarray
    n_in_all: int


def monthly_figures(
    scored: pd.DataFrame, calibration: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """Compute every figure of every scorecard, segment ('all' too), month and horizon.

    Of a segment there are the figures of flags and the AUC; the others are of 'all' only. Flagged
    means predicted to churn. An account without a score is no prediction: it counts in
    `scored_share` only.

    Args:
        scored: A row per scorecard, horizon_days, account_id and as_of_date, with segment,
            health_score, is_flagged and is_churned (null: not matured, left out).
        calibration: Rows like `scored`, with matured_date. For each month P(churn | score) is
            fitted on those that had matured by then, so the whole history may be given.
        settings: Targets, confidence and draws.

    Returns:
        A row per scorecard, segment, as_of_date, horizon_days and figure, columns as in `COLUMNS`.
    """
    scorecard = ("scorecard", "horizon_days")
    rows = with_outcome(scored, "segment", *scorecard)
    segment_of, segments = pd.factorize(rows["segment"].astype(object).fillna("unknown"), sort=True)
    scores, flagged = rows["health_score"].to_numpy(), rows["is_flagged"].to_numpy()
    churned = rows["is_churned"].to_numpy() == 1

    def predicted(places: np.ndarray) -> _Predicted:
        known = places[np.isfinite(scores[places])]
        return _Predicted(scores[known], churned[known], flagged[known], len(places))

    past = with_outcome(calibration, "matured_date", *scorecard).dropna(subset="health_score")
    past = past[[*scorecard, "account_id", "matured_date", "health_score", "is_churned"]]
    past_of = dict(list(past.groupby([*scorecard])))
    records = []
    months = rows.groupby([*scorecard, "as_of_date"]).indices
    for (name, horizon, date), places in sorted(months.items()):
        month = predicted(places)
        earlier = past_of.get((name, horizon), past[:0])
        earlier = earlier[earlier["matured_date"] <= date]
        log_odds, reason = churn_log_odds(earlier, month.scores, settings)
        figures = [("all", *one) for one in _whole_figures(month, log_odds, reason, settings)]
        figures += [("all", *one) for one in _figures(month, settings)]
        for number in np.unique(segment_of[places]):
            part = predicted(places[segment_of[places] == number])
            figures += [(segments[number], *one) for one in _figures(part, settings)]
        for segment, figure, estimate in figures:
            records.append(
                {
                    "scorecard": name,
                    "segment": segment,
                    "as_of_date": date,
                    "horizon_days": horizon,
                    "figure": figure,
                    **vars(estimate),
                    **_verdicts(figure, estimate, settings),
                }
            )
    figures = pd.DataFrame(records, columns=list(COLUMNS))
    numbers = ("value", "low", "high", "n", "n_events", "target", "excellent_target")
    return figures.astype({name: float for name in numbers})


def verdict(estimate: Estimate, target: float | None) -> str | None:
    """Hold a whole interval against a target."""
    if target is None or estimate.low is None:
        return None
    if estimate.low >= target:
        return "met"
    return "not met" if estimate.high < target else "underpowered"


def feasible_precision(base_rate: float, recall: float, specificity: float) -> float:
    """Give the precision that follows from recall and specificity at a base rate."""
    caught, wrong = recall * base_rate, (1 - specificity) * (1 - base_rate)
    return caught / (caught + wrong) if caught + wrong > 0 else 1.0


def _verdicts(figure: str, estimate: Estimate, settings: Settings) -> dict[str, object]:
    # The feasible precision is held against what is asked of the real one.
    target = settings.targets.get("precision" if figure == "precision_feasible" else figure)
    excellent = settings.excellent_targets.get(figure)
    return {
        "target": target,
        "verdict": verdict(estimate, target),
        "excellent_target": excellent,
        "excellent_verdict": verdict(estimate, excellent),
    }


def _figures(part: _Predicted, settings: Settings) -> Iterator[tuple[str, Estimate]]:
    """Figures of a month of the whole portfolio or a segment."""
    confidence = settings.confidence_share
    scores, churned, flagged, n_in_all = part
    n, n_churned = len(scores), int(churned.sum())
    yield "scored_share", wilson(n, n_in_all, confidence)

    tp, fp = int((flagged & churned).sum()), int((flagged & ~churned).sum())
    fn, tn = n_churned - tp, n - n_churned - fp
    counts = {"n_flagged": tp + fp, "tp": tp, "fp": fp, "tn": tn, "fn": fn}
    for name, count in counts.items():
        yield name, Estimate(count, n=n, n_events=n_churned)
    base_rate = wilson(n_churned, n, confidence, "no account has a score")
    yield "base_rate", base_rate
    yield "accuracy", wilson(tp + tn, n, confidence, "no account has a score")
    yield "precision", wilson(tp, tp + fp, confidence, "nobody was flagged")
    yield "recall", wilson(tp, n_churned, confidence, "nobody churned")
    yield "specificity", wilson(tn, n - n_churned, confidence, "nobody stayed")
    yield "f1", f1(tp, fp, fn, confidence)
    yield "precision_feasible", _feasible(base_rate, settings)

    yield "auc", delong(scores, churned, confidence)


def _whole_figures(
    month: _Predicted, log_odds: np.ndarray | None, uncalibrated: str | None, settings: Settings
) -> Iterator[tuple[str, Estimate]]:
    """Figures of a month that say little of a segment, whose churned accounts are a handful."""
    confidence = settings.confidence_share
    churned = month.churned
    n, n_churned = len(churned), int(churned.sum())
    yield from _ranking_figures(month.scores, churned, settings)

    if uncalibrated or not n:
        unknown = Estimate(n=n, n_events=n_churned, reason=uncalibrated or "no account has a score")
        for name in ("brier", "calibration_slope", "calibration_in_the_large"):
            yield name, unknown
        return
    p = 1 / (1 + np.exp(-log_odds))
    yield "brier", _mean((p - churned) ** 2, n_churned, confidence)
    yield "calibration_slope", calibration_slope(log_odds, churned, confidence)
    expected = float(p.mean())
    base_rate = wilson(n_churned, n, confidence)
    yield (
        "calibration_in_the_large",
        Estimate(
            *(limit - expected for limit in (base_rate.value, base_rate.low, base_rate.high)),
            n,
            n_churned,
        ),
    )


def f1(tp: int, fp: int, fn: int, confidence: float) -> Estimate:
    """Estimate F1; it grows with the share tp / (tp + fp + fn), whose interval is Wilson's."""
    share = wilson(tp, tp + fp + fn, confidence, "nobody churned and nobody was flagged")
    if share.value is None:
        return share
    value, low, high = (2 * limit / (1 + limit) for limit in (share.value, share.low, share.high))
    return Estimate(value, low, high, share.n, share.n_events)


def _feasible(base_rate: Estimate, settings: Settings) -> Estimate:
    """Say what precision the targets for recall and specificity leave room for."""
    if base_rate.value is None:
        return base_rate
    if not {"recall", "specificity"} <= set(settings.targets):
        return Estimate(reason="there is no target for recall and specificity")
    recall, specificity = settings.targets["recall"], settings.targets["specificity"]
    return Estimate(
        *(
            feasible_precision(limit, recall, specificity)
            for limit in (base_rate.value, base_rate.low, base_rate.high)
        ),
        base_rate.n,
        base_rate.n_events,
    )


def _ranking_figures(
    scores: np.ndarray, churned: np.ndarray, settings: Settings
) -> Iterator[tuple[str, Estimate]]:
    """Bootstrap over accounts; each has one row, so drawing cells of equal rows is the same."""
    n, n_churned = len(scores), int(churned.sum())
    names = ("average_precision", "lift_at_10pct")
    if not n_churned:
        for name in names:
            yield name, Estimate(n=n, n_events=0, reason="nobody churned")
        return
    cells, n_cells = ranking.score_cells(scores, churned)
    observed = np.bincount(cells, minlength=n_cells)
    rng = np.random.default_rng(settings.seed)
    draws = np.zeros((settings.n_draws, n_cells))
    filled = observed > 0
    draws[:, filled] = rng.multinomial(n, observed[filled] / n, size=settings.n_draws)
    counts, drawn = ranking.as_counts(observed), ranking.as_counts(draws)
    measures = (
        ranking.average_precision,
        lambda counts: ranking.lift(counts, 0.10),
    )
    for name, measure in zip(names, measures, strict=True):
        low, high = quantile_limits(measure(drawn), settings.confidence_share)
        reason = None if low is not None else "too few churned accounts for an interval"
        yield name, Estimate(float(measure(counts)), low, high, n, n_churned, reason)


def _mean(values: np.ndarray, n_events: int, confidence: float) -> Estimate:
    n, mean = len(values), float(values.mean())
    if n < 2:
        return Estimate(mean, n=n, n_events=n_events, reason="an interval needs two accounts")
    margin = normal_quantile(confidence) * float(values.std(ddof=1)) / n**0.5
    return Estimate(mean, max(0.0, mean - margin), min(1.0, mean + margin), n, n_events)
