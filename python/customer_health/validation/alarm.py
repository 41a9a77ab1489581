"""The alarm for a score that points the wrong way."""

from dataclasses import dataclass

from customer_health.validation.intervals import Share, difference, wilson
from customer_health.validation.settings import DEFAULTS, Settings


@dataclass(frozen=True)
class InvertedAlarm:
    """Churn among flagged accounts against churn among the others.

    `level` is 'alarm' (flagged accounts churn less, beyond chance), 'watch' (less, but it may be
    chance), 'none', or None where one of the groups is empty. `difference` is flagged minus
    unflagged, `low` and `high` its interval, `evidence` a sentence.
    """

    level: str | None
    flagged_share: float | None
    unflagged_share: float | None
    difference: float | None
    low: float | None
    high: float | None
    evidence: str


def inverted_alarm(
    n_flagged: int,
    churned_flagged: int,
    n_unflagged: int,
    churned_unflagged: int,
    settings: Settings = DEFAULTS,
) -> InvertedAlarm:
    """Compare two groups of accounts; each account must be counted once."""
    groups = (
        Share(churned_flagged, n_flagged, "nobody was flagged"),
        Share(churned_unflagged, n_unflagged, "all were flagged"),
    )
    flagged, rest = wilson(groups, settings.confidence_share)
    gap = difference(flagged, rest)
    return judged(flagged.value, rest.value, gap.value, gap.low, gap.high, gap.reason)


def judged(
    flagged_share: float | None,
    unflagged_share: float | None,
    gap: float | None,
    low: float | None,
    high: float | None,
    reason: str | None,
) -> InvertedAlarm:
    """Say how loud the alarm is, from the shares and the interval of their difference."""
    if gap is None or high is None:
        evidence = f"No comparison: {reason}."
        return InvertedAlarm(None, flagged_share, unflagged_share, gap, low, high, evidence)
    level = "none" if gap >= 0 else "alarm" if high < 0 else "watch"
    words = {
        "none": "the flags point the right way",
        "watch": "the flags may point the wrong way, or it is chance",
        "alarm": "the flags point the wrong way",
    }[level]
    evidence = (
        f"Of flagged accounts {flagged_share:.1%} churned, of the others {unflagged_share:.1%}"
        f" (difference {100 * gap:+.1f} points, {100 * low:+.1f} to {100 * high:+.1f}): {words}."
    )
    return InvertedAlarm(level, flagged_share, unflagged_share, gap, low, high, evidence)
