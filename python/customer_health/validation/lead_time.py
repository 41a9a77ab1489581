"""How long before a churn the first flag came (V7)."""

from collections.abc import Sequence

import pandas as pd

from customer_health.validation.intervals import wilson
from customer_health.validation.settings import DEFAULTS, Settings

IN_TIME_DAYS = (28, 42)


def lead_times(
    rows: pd.DataFrame,
    settings: Settings = DEFAULTS,
    in_time_days: Sequence[int] = IN_TIME_DAYS,
) -> dict[str, float | int | str | None]:
    """Describe the days between first flag and churn.

    Args:
        rows: A row per churned account: lead_days, null if it was never flagged before.
        settings: Confidence of the intervals.
        in_time_days: Lead times whose share is wanted; D0 asks for 4 to 6 weeks.

    Returns:
        n_churned, n_flagged; p25_days, median_days and p75_days of the flagged; per lead time
        share_<d>d with _low and _high, of all churned accounts, and reason.
    """
    lead = rows["lead_days"].astype(float)
    known = lead.dropna()
    result: dict[str, float | int | str | None] = {
        "n_churned": len(lead),
        "n_flagged": len(known),
        "reason": None if len(known) else "nobody was flagged" if len(lead) else "nobody churned",
    }
    for name, share in (("p25_days", 0.25), ("median_days", 0.5), ("p75_days", 0.75)):
        result[name] = float(known.quantile(share)) if len(known) else None
    for days in in_time_days:
        estimate = wilson(int((known >= days).sum()), len(lead), settings.confidence_share)
        result[f"share_{days}d"] = estimate.value
        result[f"share_{days}d_low"], result[f"share_{days}d_high"] = estimate.low, estimate.high
    return result
