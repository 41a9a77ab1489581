"""Which of two scorecards predicts better, on the same accounts and dates."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from customer_health.validation.bootstrap import (
    account_table,
    auc_draws,
    bootstrap,
    observed_sums,
    paired_difference,
)
from customer_health.validation.rows import n_churned_accounts, one_of_each, with_prediction
from customer_health.validation.settings import Settings

BETTER, WORSE, SAME, OPEN = "better", "worse", "no difference", "not decided yet"


@dataclass(frozen=True)
class Summary:
    """What is told of a scorecard elsewhere: shares in [0, 1] and how many accounts churned.

    Of the accounts, 0 means that it is not told.
    """

    precision: float
    recall: float
    n_churned: int = 0

    @property
    def f1(self) -> float:
        """Give the harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def compare_scorecards(
    scored_a: pd.DataFrame, scored_b: pd.DataFrame, settings: Settings
) -> dict[str, Any]:
    """Compare a variant (b) with the baseline (a) on the account-dates that both have scored.

    Returns:
        n_account_dates, n_accounts and n_churned_accounts; for auc and f1: <figure>_a, _b,
        _difference (b - a), _low, _high and _probability (that b is better); n_caught_by_a_only and
        n_caught_by_b_only, churned accounts that only one flagged before they churned, with
        mcnemar_p; decision (what the variant is: better, worse, no difference, not decided yet) and
        evidence. None where it cannot be had.
    """
    a, b = with_prediction(scored_a), with_prediction(scored_b)
    for rows in (a, b):
        one_of_each(rows, "scorecard", "horizon_days")
    return compare_predictions(a, b, settings)


def compare_predictions(
    predicted_a: pd.DataFrame, predicted_b: pd.DataFrame, settings: Settings
) -> dict[str, Any]:
    """Compare as `compare_scorecards` does what `with_prediction` gave of each scorecard."""
    pairs = paired(predicted_a, predicted_b)
    figures: dict[str, Any] = {
        "n_account_dates": len(pairs),
        "n_accounts": int(pairs["account_id"].nunique()),
        "n_churned_accounts": n_churned_accounts(pairs),
    }
    confidence = settings.confidence_share
    for figure, draws in (("auc", _auc_draws), ("f1", _f1_draws)):
        a, b = draws(pairs, settings) if len(pairs) else (np.full(2, np.nan),) * 2
        both = {"a": _known(a[0]), "b": _known(b[0]), **paired_difference(b - a, confidence)}
        figures |= {f"{figure}_{name}": value for name, value in both.items()}
    figures |= _mcnemar(pairs)
    figures["decision"], figures["evidence"] = _decision(figures, settings)
    return figures


def paired(predicted_a: pd.DataFrame, predicted_b: pd.DataFrame) -> pd.DataFrame:
    """Put the scores and flags of two scorecards beside each other where both have one.

    Each is what `with_prediction` gave of one scorecard.
    """
    key, columns = ["account_id", "as_of_date"], ["health_score", "is_flagged"]
    names_a, names_b = ({name: f"{name}_{which}" for name in columns} for which in "ab")
    a = predicted_a[[*key, "is_churned", *columns]].rename(columns=names_a)
    b = predicted_b[[*key, *columns]].rename(columns=names_b)
    # most scorecards score the same account-dates, and to match them takes far longer
    if all(np.array_equal(a[name], b[name]) for name in key):
        return a.assign(**{name: b[name].to_numpy() for name in names_b.values()})
    return a.merge(b, on=key, validate="one_to_one")


def compare_summaries(baseline: Summary, variant: Summary, settings: Settings) -> dict[str, Any]:
    """Decide from published figures alone: f1_a, f1_b, f1_probability, decision and evidence.

    With the numbers of churned accounts the two are taken as independent samples, since nothing is
    known of their pairing; without them only the points can be compared, and the evidence says so.
    """
    f1_a, f1_b = baseline.f1, variant.f1
    probability = None
    told = f"F1 is {f1_b:.2f} against {f1_a:.2f}"
    if baseline.n_churned and variant.n_churned:
        probability = _probability_f1_higher(baseline, variant)
        decision = _by_probability(f1_b - f1_a, probability, settings)
        evidence = f"{told}; the variant is better with probability {probability:.2f}."
    else:
        gains = (
            variant.precision - baseline.precision,
            variant.recall - baseline.recall,
            f1_b - f1_a,
        )
        sure = 1.0 if min(gains) >= 0 else 0.0 if max(gains) <= 0 else 0.5
        decision = _by_probability(f1_b - f1_a, sure, settings)
        evidence = f"{told}; how many accounts this rests on is not told, so it may be chance."
    return {
        "f1_a": f1_a,
        "f1_b": f1_b,
        "f1_probability": probability,
        "decision": decision,
        "evidence": evidence,
    }


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _auc_draws(pairs: pd.DataFrame, settings: Settings) -> list[np.ndarray]:
    return auc_draws(pairs, settings, "health_score_a", "health_score_b")


def _f1_draws(pairs: pd.DataFrame, settings: Settings) -> list[np.ndarray]:
    """Give for each scorecard F1 of the pairs and, after it, of each draw."""
    churned = pairs["is_churned"].to_numpy() == 1
    tables = [
        account_table(pairs["account_id"].to_numpy(), 2 * pairs[name].to_numpy() + churned, 4)
        for name in ("is_flagged_a", "is_flagged_b")
    ]

    def f1s(*sums: np.ndarray) -> np.ndarray:
        return np.stack([_f1(one) for one in sums], axis=1)

    observed = f1s(*map(observed_sums, tables))
    return list(np.concatenate([observed, bootstrap(tables, f1s, settings)]).T)


def _f1(cells: np.ndarray) -> np.ndarray:
    """Compute F1 from sums per 2 * flagged + churned."""
    hits, errors = 2 * cells[:, 3], cells[:, 1] + cells[:, 2]
    total = hits + errors
    return np.divide(hits, total, out=np.full(len(total), np.nan), where=total > 0)


def _mcnemar(pairs: pd.DataFrame) -> dict[str, Any]:
    """Test, on churned accounts, whether one scorecard flagged more of them in time."""
    from scipy.stats import binomtest

    before = pairs[pairs["is_churned"] == 1]
    account, _ = pd.factorize(before["account_id"])
    a, b = (np.bincount(account, before[name]) > 0 for name in ("is_flagged_a", "is_flagged_b"))
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    p = float(binomtest(only_b, only_a + only_b).pvalue) if only_a + only_b else None
    return {"n_caught_by_a_only": only_a, "n_caught_by_b_only": only_b, "mcnemar_p": p}


def _by_probability(difference: float, probability: float, settings: Settings) -> str:
    """Call a difference of F1 what it is if it counts at all and is beyond chance."""
    if abs(difference) < settings.least_f1_difference:
        return OPEN
    if probability >= settings.beats_probability:
        return BETTER
    return WORSE if probability <= 1 - settings.beats_probability else OPEN


def _decision(figures: dict[str, Any], settings: Settings) -> tuple[str, str]:
    """F1 decides, since flags are what people act on; the ranking can only hold it up."""
    if (
        figures["n_accounts"] < settings.minimum_accounts
        or figures["n_churned_accounts"] < settings.minimum_churned_accounts
    ):
        return OPEN, (
            f"{figures['n_accounts']} accounts with an outcome, {figures['n_churned_accounts']} of"
            f" them churned; {settings.minimum_accounts} and {settings.minimum_churned_accounts}"
            " are needed."
        )
    if figures["f1_probability"] is None or figures["auc_probability"] is None:
        return OPEN, "One of the scorecards has no F1 or AUC: too few accounts flagged or churned."
    least = {"f1": settings.least_f1_difference, "auc": settings.least_auc_difference}
    told = "; ".join(
        f"{name} is {figures[f'{key}_b']:.3f} against {figures[f'{key}_a']:.3f}"
        f" (difference {figures[f'{key}_low']:.3f} to {figures[f'{key}_high']:.3f}, least that"
        f" counts {least[key]:g}; better with probability {figures[f'{key}_probability']:.2f})"
        for key, name in (("f1", "F1"), ("auc", "AUC"))
    )
    evidence = (
        f"The variant's {told}, on {figures['n_accounts']} accounts of which"
        f" {figures['n_churned_accounts']} churned."
    )
    if all(
        max(-figures[f"{key}_low"], figures[f"{key}_high"]) < limit for key, limit in least.items()
    ):
        return SAME, evidence
    decision = _by_probability(figures["f1_difference"], figures["f1_probability"], settings)
    ranks = figures["auc_probability"]
    if decision == BETTER and ranks <= 1 - settings.beats_probability:
        return OPEN, f"{evidence} It flags better but ranks worse."
    if decision == WORSE and ranks >= settings.beats_probability:
        return OPEN, f"{evidence} It flags worse but ranks better."
    return decision, evidence


def _probability_f1_higher(baseline: Summary, variant: Summary) -> float:
    """Compare the shares tp / (tp + fp + fn), with which F1 grows, as two independent ones."""
    from scipy.special import ndtr

    shares, variances = [], []
    for one in (baseline, variant):
        hits = one.recall * one.n_churned
        flagged = hits / one.precision if one.precision else 0.0
        n = flagged + one.n_churned - hits
        shares.append(hits / n)
        # Two successes and two failures more (Agresti and Coull), so that 0 and 1 have an error.
        steady = (hits + 2) / (n + 4)
        variances.append(steady * (1 - steady) / (n + 4))
    return float(ndtr((shares[1] - shares[0]) / sum(variances) ** 0.5))
