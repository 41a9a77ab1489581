"""How figures are written on the pages."""

import math
from datetime import date
from typing import Any

MISSING = "–"
# What figures of a model review mean, and what one says of a score that misses its target.
FIGURES = {
    "accuracy": "Accounts judged right (accuracy)",
    "precision": "Flagged accounts that left (precision)",
    "recall": "Accounts that left and had been flagged (recall)",
    "specificity": "Accounts that stayed and had no flag (specificity)",
    "f1": "Precision and recall in one (F1)",
    "auc": "Pairs in which the one who left had the lower score (AUC)",
    "base_rate": "Accounts that left (base rate)",
    "brier": "Mean squared error of the likelihood (Brier)",
    "lift_at_10pct": "Losses among the lowest tenth, as a multiple of chance (lift)",
    "n_flagged": "Accounts flagged",
    "scored_share": "Share of customers scored",
    "tp": "Flagged, and left (true positives)",
    "fp": "Flagged, and stayed (false positives)",
    "fn": "Not flagged, and left (false negatives)",
    "tn": "Not flagged, and stayed (true negatives)",
}
MISSED = {
    "accuracy": "{} of accounts were judged right",
    "precision": "{} of flagged accounts left",
    "recall": "{} of those who left had been flagged",
    "specificity": "{} of those who stayed had no flag",
    "f1": "both in one figure (F1) are {}",
}
# Words that more than a blank for _ makes readable; pages.js has them from here.
SPACED = {"mid_market": "mid-market", "smb": "SMB"}


def number(value: float | None, decimals: int = 0) -> str:
    """A number with commas between thousands."""
    return MISSING if value is None else _with_minus(f"{value:,.{decimals}f}")


def percent(value: float | None, decimals: int = 0) -> str:
    """A share as a percentage."""
    return MISSING if value is None else _with_minus(f"{value * 100:,.{decimals}f} %")


def points(value: float | None) -> str:
    """A change of a score, with its sign."""
    return MISSING if value is None else _with_minus(f"{value:+.1f}")


def _with_minus(figure: str) -> str:
    """A figure whose sign is a minus and no hyphen."""
    return figure.replace("-", "−")


def day(value: date | None) -> str:
    """A date as 2026-06-30, which sorts and is read alike everywhere."""
    return MISSING if value is None else value.isoformat()[:10]


def month(value: date | None) -> str:
    """A month as 2026-06."""
    return MISSING if value is None else value.isoformat()[:7]


def words(value: str | None) -> str:
    """A word of the policy as people write it: `at_risk` is "at risk"."""
    if value is None:
        return MISSING
    return SPACED.get(value, value.replace("_", " "))


def figure(name: str) -> str:
    """What a figure of a model review means."""
    return FIGURES.get(name, words(name))


def missed(row: dict[str, Any]) -> str:
    """What a score that misses a target does instead."""
    said = MISSED.get(row["figure"], f"{words(row['figure'])} is {{}}")
    return f"{said.format(percent(row['value']))} (target {percent(row['target'])})"


def measure(value: float | None, unit: str | None, shown_as: str | None = None) -> str:
    """The value of a metric: a code in its words, a share as a percentage, else a number."""
    if value is None:
        return MISSING
    codes = (shown_as or "").split("|")
    if len(codes) > 1 and value in range(len(codes)):
        return codes[int(value)]
    if unit == "share":
        return percent(value)
    if unit == "0 or 1":
        return "yes" if value else "no"
    whole = float(value).is_integer() or abs(value) >= 100
    return number(value, 0 if whole else 1 if abs(value) >= 10 else 2)


def unit_shown(unit: str | None) -> str:
    """What stands behind a metric's value: nothing where the value says it, or it is on a scale."""
    told = unit is None or unit in ("share", "0 or 1") or any(mark in unit for mark in "0123456789")
    return "" if told else str(unit)


def likelihood(log_odds: float | None) -> str:
    """What a part of the log odds does to the odds: × 1.4 or × 0.8."""
    return MISSING if log_odds is None else f"× {math.exp(log_odds):.2f}"


FILTERS: dict[str, Any] = {
    "number": number,
    "percent": percent,
    "points": points,
    "day": day,
    "month": month,
    "words": words,
    "figure": figure,
    "missed": missed,
    "measure": measure,
    "unit_shown": unit_shown,
    "likelihood": likelihood,
}
