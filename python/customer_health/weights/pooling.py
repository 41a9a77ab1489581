"""What a fit needs before it counts, how segments lean on the whole, and from strengths to weights.

A reason is a sentence for people that says why something is not fitted; None: it is.
"""

import numpy as np

from customer_health.weights.correlation import Correlations, scores_vary
from customer_health.weights.sample import UNKNOWN_SEGMENT, Sample
from customer_health.weights.settings import FitSettings

TOTAL = 100.0


def proportional(
    strengths: np.ndarray, expert: np.ndarray, is_fitted: np.ndarray
) -> np.ndarray | None:
    """Share 100 in proportion to strengths above 0; what is not fitted keeps its expert weight.

    None if no fitted dimension has a strength above 0.
    """
    positive = np.where(is_fitted, np.maximum(np.nan_to_num(strengths), 0), 0)
    if not positive.any():
        return None
    left = max(TOTAL - expert[~is_fitted].sum(), 0.0)
    return np.where(is_fitted, np.minimum(left * positive / positive.sum(), left), expert)


def stepped(previous: np.ndarray, wanted: np.ndarray, most_points: float) -> np.ndarray:
    """Go from the previous weights straight toward others, until one has moved so many points."""
    farthest = np.abs(wanted - previous).max()
    if farthest <= most_points:
        return wanted
    step = (wanted - previous) * (most_points / farthest)
    return np.clip(previous + step, 0, TOTAL)  # against rounding only


# ------------------------------------------------------------------------------ enough evidence?


def too_little(n_accounts: int, n_churned: int, settings: FitSettings) -> str | None:
    """Say what accounts lack of the minimum, if anything."""
    lacks = []
    if n_accounts < settings.minimum_outcomes:
        lacks.append(
            f"{_accounts(n_accounts)} with a matured outcome, {settings.minimum_outcomes} needed"
        )
    if n_churned < settings.minimum_churned:
        lacks.append(f"{_accounts(n_churned)} churned, {settings.minimum_churned} needed")
    return "; ".join(lacks) or None


def reason_against_sample(sample: Sample, settings: FitSettings) -> str | None:
    """Say why nothing can be fitted to a sample, if so."""
    if not sample.n_accounts:
        return "no outcome has matured yet"
    if not sample.is_retained.any():
        return "every matured outcome is a churn, so there is nothing to compare with"
    return too_little(sample.n_accounts, sample.n_churned_accounts, settings)


def reasons_against_dimensions(
    sample: Sample, found: Correlations, settings: FitSettings
) -> list[str | None]:
    """Say for each dimension why it cannot be fitted, if so."""
    varies = scores_vary(sample.scores)
    reasons: list[str | None] = []
    for number, r in enumerate(found.r):
        n_known, n_churned = found.n_accounts[number], found.n_churned_accounts[number]
        if not n_known:
            reasons.append("the score is unknown for every account")
        elif not varies[number]:
            reasons.append("every known score is the same")
        elif lack := too_little(n_known, n_churned, settings):
            reasons.append(f"where the score is known: {lack}")
        elif np.isnan(r):
            reasons.append("every account with a known score churned")
        else:
            reasons.append(None)
    return reasons


def reason_against_segment(
    name: str, sample: Sample, portfolio_accounts: int, settings: FitSettings
) -> str | None:
    """Say why a segment has the universal weights, if so.

    In a small portfolio it has; in a middling one (hybrid) the minimum evidence is enough for
    estimates of its own, which then are pooled; in a large one it must also have its size.
    """
    if name == UNKNOWN_SEGMENT:
        return "accounts without a segment have the universal weights"
    if portfolio_accounts < settings.hybrid_portfolio_accounts:
        return (
            f"{_accounts(portfolio_accounts)} overall, "
            f"{settings.hybrid_portfolio_accounts} needed before segments differ"
        )
    if (
        portfolio_accounts > settings.segment_portfolio_accounts
        and sample.n_accounts <= settings.segment_accounts
    ):
        return (
            f"{_accounts(sample.n_accounts)} in the segment, "
            f"more than {settings.segment_accounts} needed"
        )
    reason = reason_against_sample(sample, settings)
    return f"in the segment: {reason}" if reason else None


def pooling_shares(
    n_accounts: np.ndarray, is_fitted: np.ndarray, pooling_accounts: int
) -> np.ndarray:
    """Share (0-1) of a segment's own estimate against the universal one, per dimension."""
    return np.where(is_fitted, n_accounts / np.maximum(n_accounts + pooling_accounts, 1), 0.0)


def pooled(own: np.ndarray, universal: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Mean of a segment's own estimates and the universal ones; unknown own ones do not count."""
    return universal + shares * np.where(shares > 0, own - universal, 0)


def _accounts(number: int) -> str:
    return "1 account" if number == 1 else f"{number} accounts"
