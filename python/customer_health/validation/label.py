"""Whether a score may be called predictive and, beside it, whether its weights beat equal ones."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_health.validation.alarm import judged
from customer_health.validation.bootstrap import (
    account_table,
    auc_draws,
    bootstrap,
    observed_sums,
    paired_difference,
)
from customer_health.validation.comparison import paired
from customer_health.validation.intervals import quantile_limits
from customer_health.validation.rows import n_churned_accounts, one_of_each, with_prediction
from customer_health.validation.settings import Settings

SAME_SCORE = 1e-9
BETTER, NO_BETTER, WORSE = "better", "no better shown", "worse"


@dataclass(frozen=True)
class Label:
    """The label, what speaks against 'predictive' (a sentence each) and the figures behind it."""

    label: str
    reasons: list[str]
    figures: dict[str, float | int | str | None]


def score_label(scored: pd.DataFrame, equal: pd.DataFrame | None, settings: Settings) -> Label:
    """Label a scorecard 'predictive' if nothing speaks against it, 'heuristic' otherwise.

    Its weights have a verdict of their own among the figures (weights_verdict: better, no better
    shown or worse than equal ones, null where it cannot be told; weights_evidence): a score that
    predicts as well as equal weights predicts.

    Args:
        scored: Matured account-dates of one scorecard and horizon, later than what its weights were
            fitted on (usually 12 months), with tenure_days.
        equal: Those of the scorecard with equal weights; None if there is none. Compared where both
            have a score.
        settings: Minimum evidence, confidence and the probability that counts as beating.
    """
    rows = with_prediction(scored, "tenure_days")
    one_of_each(rows, "scorecard", "horizon_days")
    if equal is not None:
        equal = with_prediction(equal)
        one_of_each(equal, "scorecard", "horizon_days")
    return label_predictions(rows, equal, settings)


def label_predictions(rows: pd.DataFrame, equal: pd.DataFrame | None, settings: Settings) -> Label:
    """Label as `score_label` does what `with_prediction` gave of each scorecard."""
    n, n_churned = int(rows["account_id"].nunique()), n_churned_accounts(rows)
    figures: dict[str, float | int | str | None] = {
        "n_account_dates": len(rows),
        "n_accounts": n,
        "n_churned_accounts": n_churned,
    }
    if n < settings.minimum_accounts or n_churned < settings.minimum_churned_accounts:
        return Label(
            "heuristic",
            [
                f"{n} accounts have a matured outcome and {n_churned} of them churned;"
                f" {settings.minimum_accounts} and {settings.minimum_churned_accounts} are needed."
            ],
            figures,
        )
    (draws,) = auc_draws(rows, settings, "health_score")
    doubts = [
        _against_chance(draws, figures, settings),
        _against_tenure(rows, draws, figures, settings),
        _against_flags(rows, figures, settings),
    ]
    figures |= _weights(rows, draws, equal, settings)
    reasons = [doubt for doubt in doubts if doubt]
    return Label("heuristic" if reasons else "predictive", reasons, figures)


def _against_chance(draws: np.ndarray, figures: dict, settings: Settings) -> str | None:
    if not np.isfinite(draws[0]):
        return "There is no AUC: nobody stayed."
    # A one-sided limit is the lower end of a two-sided interval that leaves out twice as much.
    low, _ = quantile_limits(draws[1:], 2 * settings.confidence_share - 1)
    figures |= {"auc": float(draws[0]), "auc_low": low}
    if low is None or low <= 0.5:
        limit = "unknown" if low is None else f"{low:.3f}"
        return (
            f"The AUC is {draws[0]:.3f}, and its lower limit {limit} is not above 0.5:"
            " the score may be no better than chance."
        )
    return None


def _against_tenure(
    rows: pd.DataFrame, draws: np.ndarray, figures: dict, settings: Settings
) -> str | None:
    known = rows[rows["tenure_days"].notna()]
    if not len(known):
        return "No account's tenure is known, so the score cannot be compared with it."
    if len(known) == len(rows):
        score, (tenure,) = draws, auc_draws(rows, settings, "tenure_days")
    else:
        score, tenure = auc_draws(known, settings, "health_score", "tenure_days")
    # Whichever way tenure points, it is a rival that costs nothing.
    tenure = 1 - tenure if tenure[0] < 0.5 else tenure
    probability = _probability(score, tenure, settings)
    figures |= {"auc_tenure": _known(tenure[0]), "beats_tenure_probability": probability}
    if probability is None:
        return "The score cannot be compared with tenure: too few accounts churned or stayed."
    if probability < settings.beats_probability:
        return (
            f"It is not shown to beat tenure alone: AUC {score[0]:.3f} against {tenure[0]:.3f},"
            f" better with probability {probability:.2f} where {settings.beats_probability:.2f} is"
            " needed."
        )
    return None


def _weights(
    rows: pd.DataFrame, draws: np.ndarray, equal: pd.DataFrame | None, settings: Settings
) -> dict[str, float | str | None]:
    """Hold the scorecard's weights against equal ones."""
    if equal is None:
        return {"weights_evidence": "There is no scorecard with equal weights to compare with."}
    pairs = paired(rows, equal)
    if not len(pairs):
        return {"weights_evidence": "Equal weights have scored none of its account-dates."}
    if (pairs["health_score_a"] - pairs["health_score_b"]).abs().max() <= SAME_SCORE:
        return {"weights_evidence": "It scores every account as equal weights do."}
    if len(pairs) == len(rows):
        own, (by_equal,) = draws, auc_draws(pairs, settings, "health_score_b")
    else:
        own, by_equal = auc_draws(pairs, settings, "health_score_a", "health_score_b")
    probability = _probability(own, by_equal, settings)
    figures = {"auc_equal": _known(by_equal[0]), "beats_equal_probability": probability}
    if probability is None:
        reason = "Too few accounts churned or stayed to compare with equal weights."
        return figures | {"weights_evidence": reason}
    verdict = NO_BETTER
    if probability >= settings.beats_probability:
        verdict = BETTER
    elif probability <= 1 - settings.beats_probability:
        verdict = WORSE
    evidence = (
        f"AUC {own[0]:.3f} against {by_equal[0]:.3f} by equal weights,"
        f" better with probability {probability:.2f}."
    )
    return figures | {"weights_verdict": verdict, "weights_evidence": evidence}


def _probability(score: np.ndarray, rival: np.ndarray, settings: Settings) -> float | None:
    return paired_difference(score - rival, settings.confidence_share)["probability"]


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _against_flags(rows: pd.DataFrame, figures: dict, settings: Settings) -> str | None:
    """Look for an inverted alarm among account-dates, drawn by account."""
    cell = 2 * rows["is_flagged"].to_numpy() + (rows["is_churned"].to_numpy() == 1)
    table = account_table(rows["account_id"].to_numpy(), cell, 4)

    def shares(cells: np.ndarray) -> np.ndarray:
        n = cells[:, [2, 0]] + cells[:, [3, 1]]
        return np.divide(cells[:, [3, 1]], n, out=np.full(n.shape, np.nan), where=n > 0)

    flagged, rest = (
        float(share) if np.isfinite(share) else None for share in shares(observed_sums(table))[0]
    )
    gap = None if flagged is None or rest is None else flagged - rest
    drawn = bootstrap([table], lambda cells: shares(cells) @ [1.0, -1.0], settings)
    low, high = quantile_limits(drawn, settings.confidence_share)
    alarm = judged(flagged, rest, gap, low, high, "too few accounts flagged or not flagged")
    figures |= {
        "flagged_churn_share": flagged,
        "unflagged_churn_share": rest,
        "inverted_alarm": alarm.level,
    }
    return alarm.evidence if alarm.level in ("alarm", "watch") else None
