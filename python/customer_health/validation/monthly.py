"""The figures of each month: how right the predictions were."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
import pandas as pd

from customer_health.validation import ranking
from customer_health.validation.calibration import calibration_slopes, churn_log_odds
from customer_health.validation.intervals import (
    Estimate,
    Share,
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
    found: list[tuple[tuple, str, Estimate | Share]] = []
    places_of = sorted(rows.groupby([*scorecard, "as_of_date"]).indices.items())
    for (name, horizon), months in groupby(places_of, lambda month: month[0][:2]):
        dates, places_in = zip(*((date, places) for (*_, date), places in months), strict=True)
        wholes = [predicted(places) for places in places_in]
        calibrated = _calibrated(past_of.get((name, horizon), past[:0]), dates, wholes, settings)
        for date, places, whole, of_date in zip(dates, places_in, wholes, calibrated, strict=True):
            parts = [("all", whole)]
            for number in np.unique(segment_of[places]):
                parts.append((segments[number], predicted(places[segment_of[places] == number])))
            figures = [("all", *one) for one in (*of_date, *_ranking_figures(whole, settings))]
            figures += [
                (segment, *one) for segment, part in parts for one in _figures(part, settings)
            ]
            found += [((name, segment, date, horizon), *one) for segment, *one in figures]
    records = [
        (*place, figure, *_columns(figure, estimate, settings))
        for (place, figure, _), estimate in zip(found, _estimates(found, settings), strict=True)
    ]
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


def _estimates(
    found: Iterable[tuple[tuple, str, Estimate | Share]], settings: Settings
) -> Iterator[Estimate]:
    """Give the figures as estimates: shares are estimated all at once."""
    figures = [figure for *_, figure in found]
    shares = [figure for figure in figures if isinstance(figure, Share)]
    estimated = iter(wilson(shares, settings.confidence_share))
    return (next(estimated) if isinstance(one, Share) else one for one in figures)


def _columns(figure: str, estimate: Estimate, settings: Settings) -> Iterator[object]:
    """Give what `COLUMNS` has of a figure, from its value on."""
    *numbers, reason = vars(estimate).values()
    yield from numbers
    # The feasible precision is held against what is asked of the real one.
    target = settings.targets.get("precision" if figure == "precision_feasible" else figure)
    for asked in (target, settings.excellent_targets.get(figure)):
        yield asked
        yield verdict(estimate, asked)
    yield reason


def _figures(part: _Predicted, settings: Settings) -> Iterator[tuple[str, Estimate | Share]]:
    """Figures of a month of the whole portfolio or a segment."""
    scores, churned, flagged, n_in_all = part
    n, n_churned = len(scores), int(churned.sum())
    yield "scored_share", Share(n, n_in_all)

    tp, fp = int((flagged & churned).sum()), int((flagged & ~churned).sum())
    fn, tn = n_churned - tp, n - n_churned - fp
    counts = {"n_flagged": tp + fp, "tp": tp, "fp": fp, "tn": tn, "fn": fn}
    for name, count in counts.items():
        yield name, Estimate(count, n=n, n_events=n_churned)
    yield "base_rate", Share(n_churned, n, "no account has a score")
    yield "accuracy", Share(tp + tn, n, "no account has a score")
    yield "precision", Share(tp, tp + fp, "nobody was flagged")
    yield "recall", Share(tp, n_churned, "nobody churned")
    yield "specificity", Share(tn, n - n_churned, "nobody stayed")
    yield "f1", f1(tp, fp, fn)
    yield "precision_feasible", _feasible(n_churned, n, settings)

    yield "auc", delong(scores, churned, settings.confidence_share)


def _calibrated(
    past: pd.DataFrame, dates: Sequence, months: Sequence[_Predicted], settings: Settings
) -> Iterator[list[tuple[str, Estimate | Share]]]:
    """For each month, figures of the probabilities that follow from earlier outcomes.

    They say little of a segment, whose churned accounts are a handful.
    """
    log_odds = churn_log_odds(
        past, pd.DatetimeIndex(dates), [one.scores for one in months], settings
    )
    known = [
        (odds, month.churned)
        for odds, month in zip(log_odds, months, strict=True)
        if not isinstance(odds, str)
    ]
    slopes = iter(calibration_slopes(known, settings.confidence_share))
    for odds, (scores, churned, *_) in zip(log_odds, months, strict=True):
        n, n_churned = len(scores), int(churned.sum())
        slope = None if isinstance(odds, str) else next(slopes)
        if slope is None or not n:
            reason = odds if slope is None else "no account has a score"
            unknown = Estimate(n=n, n_events=n_churned, reason=reason)
            names = ("brier", "calibration_slope", "calibration_in_the_large")
            yield [(name, unknown) for name in names]
            continue
        p = 1 / (1 + np.exp(-odds))
        expected = float(p.mean())
        yield [
            ("brier", _mean((p - churned) ** 2, n_churned, settings.confidence_share)),
            ("calibration_slope", slope),
            (
                "calibration_in_the_large",
                Share(n_churned, n, figure=lambda rate, expected=expected: rate - expected),
            ),
        ]


def f1(tp: int, fp: int, fn: int) -> Share:
    """F1 grows with the share tp / (tp + fp + fn)."""
    return Share(
        tp,
        tp + fp + fn,
        "nobody churned and nobody was flagged",
        lambda share: 2 * share / (1 + share),
    )


def _feasible(n_churned: int, n: int, settings: Settings) -> Estimate | Share:
    """Say what precision the targets for recall and specificity leave room for."""
    if n and not {"recall", "specificity"} <= set(settings.targets):
        return Estimate(reason="there is no target for recall and specificity")
    recall, specificity = settings.targets.get("recall"), settings.targets.get("specificity")
    return Share(
        n_churned,
        n,
        "no account has a score",
        lambda base_rate: feasible_precision(base_rate, recall, specificity),
    )


def _ranking_figures(month: _Predicted, settings: Settings) -> Iterator[tuple[str, Estimate]]:
    """Bootstrap over accounts; each has one row, so drawing cells of equal rows is the same.

    Of a segment they would say little.
    """
    scores, churned = month.scores, month.churned
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
