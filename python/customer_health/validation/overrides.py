"""Whether people who override a score see more than it does."""

import pandas as pd

from customer_health.validation.intervals import Estimate, Share, difference, wilson
from customer_health.validation.settings import DEFAULTS, Settings

BETTER, WORSE, NOT_SHOWN, TOO_FEW = "people better", "score better", "not shown", "too few"
MEANING = {
    BETTER: "people saw what the score did not",
    WORSE: "the score was right",
    NOT_SHOWN: "it may be chance",
}


def override_outcomes(counts: pd.DataFrame, settings: Settings = DEFAULTS) -> pd.DataFrame:
    """Compare accounts whose score was overridden with accounts in the same bands.

    Args:
        counts: A row per direction (up, down) and band: n_overrides, n_churned of them, n_accounts
            (of the direction, in bands that have others); n_others (observations of the band
            without an override), n_other_accounts, n_others_churned.
        settings: Confidence of the intervals, fewest accounts.

    Returns:
        A row per direction, of the bands that have others. The others count by band as the
        overrides do, and their interval by accounts, since the dates of one account repeat each
        other.
    """
    return pd.DataFrame(
        {"direction": direction, **_outcome(str(direction), bands, settings)}
        for direction, bands in counts.groupby("direction")
    )


def _outcome(direction: str, bands: pd.DataFrame, settings: Settings) -> dict[str, object]:
    # a band in which everybody was overridden has nobody to compare with
    known = bands[bands["n_others"] > 0]
    n_overrides, n_accounts = int(known["n_overrides"].sum()), int(bands["n_accounts"].iloc[0])
    weights = known["n_overrides"] / n_overrides
    others = float((weights * known["n_others_churned"] / known["n_others"]).sum())
    # as many accounts as would give a share of one band the same precision
    n_others = 1 / float((weights**2 / known["n_other_accounts"]).sum()) if len(known) else 0.0
    n_churned = int(known["n_churned"].sum())
    share = n_churned / n_overrides if n_overrides else 0.0
    overridden, compared = wilson(
        [Share(share * n_accounts, n_accounts), Share(others * n_others, n_others)],
        settings.confidence_share,
    )
    gap = difference(overridden, compared)
    found: dict[str, object] = {
        "n_overrides": n_overrides,
        "n_accounts": n_accounts,
        "n_other_accounts": int(known["n_other_accounts"].sum()),
        "churn_share": overridden.value,
        "churn_low": overridden.low,
        "churn_high": overridden.high,
        "other_churn_share": compared.value,
        "other_churn_low": compared.low,
        "other_churn_high": compared.high,
        "difference": gap.value,
        "difference_low": gap.low,
        "difference_high": gap.high,
    }
    fewest = settings.minimum_override_accounts
    if min(n_accounts, n_others) < fewest:
        evidence = (
            f"{n_accounts} accounts were {direction}graded and {n_others:.0f} count beside them;"
            f" {fewest} of each are needed."
        )
        return found | {"verdict": TOO_FEW, "evidence": evidence}
    verdict = _verdict(direction, gap)
    evidence = (
        f"{n_churned} of {n_overrides} {direction}grades ({overridden.value:.1%}, of {n_accounts}"
        f" accounts) were followed by churn, of others in the same bands {compared.value:.1%}"
        f" (difference {100 * (gap.value or 0):+.1f} points, {100 * (gap.low or 0):+.1f} to"
        f" {100 * (gap.high or 0):+.1f}): {MEANING[verdict]}."
    )
    return found | {"verdict": verdict, "evidence": evidence}


def _verdict(direction: str, gap: Estimate) -> str:
    """Who was right: downgraded accounts should churn more than the others, upgraded ones less."""
    if gap.low is None or gap.high is None or gap.low <= 0 <= gap.high:
        return NOT_SHOWN
    return BETTER if (gap.low > 0) == (direction == "down") else WORSE
