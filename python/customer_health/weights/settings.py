"""The numbers of the policy that decide how weights are fitted."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

# Beyond a million the penalty leaves nothing of any coefficient.
MAX_RIDGE_PENALTY = 1e6


@dataclass(frozen=True)
class FitSettings:
    """What the policy says about fitting weights.

    Counts of accounts are of accounts with a matured label; one counts as churned if any of its
    labels says so.
    """

    minimum_outcomes: int = 50
    """Accounts needed before anything is fitted, and before one dimension or segment is (>= 1)."""
    minimum_churned: int = 10
    """Of these, accounts that must have churned (>= 1)."""
    segment_portfolio_accounts: int = 500
    """Accounts overall above which a segment also needs more than `segment_accounts`."""
    hybrid_portfolio_accounts: int = 200
    """Accounts overall from which on segments have their own estimates, pooled."""
    segment_accounts: int = 100
    """Accounts a segment must exceed where the portfolio exceeds `segment_portfolio_accounts`."""
    pooling_accounts: int = 200
    """A segment of so many accounts counts half against the universal estimate (>= 0)."""
    refit_step_points: float = 8
    """The most points that one refit may move a weight (> 0)."""
    bootstrap_samples: int = 400
    """Resamples of accounts behind an interval (>= 50)."""
    confidence_share: float = 0.95
    """Share of intervals that should hold the true correlation (between 0 and 1)."""
    ridge_penalty: float = 1
    """Pull of a regression's coefficients toward 0 (> 0).

    In units of evidence: the likelihood counts each account once, whatever its number of rows, and
    a penalty p is a prior belief that one standard deviation of a score moves the log-odds of
    retention by 0 +- 1/sqrt(p). The evidence outweighs it where accounts x (share of rows that
    churned) is well above p.
    """
    fit_row_cap: int = 200_000
    """Rows above which whole accounts are sampled, by a hash of their id (>= 1)."""
    include_above_correlation: float = 0.5
    """Correlation above which a dimension's verdict is 'include'."""
    skip_below_correlation: float = 0.3
    """Correlation below which it is 'skip'; between the two, both included, it is 'consider'."""
    strong_above_correlation: float = 0.6
    """Correlation above which a dimension counts as 'strong'."""
    weak_below_correlation: float = 0.4
    """Correlation below which it counts as 'weak'; between the two, both included, 'moderate'."""
    strategic_keep: frozenset[str] = frozenset()
    """Dimensions whose verdict is 'keep' where it would be 'skip'."""

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        object.__setattr__(self, "strategic_keep", frozenset(self.strategic_keep))
        limits = {
            "minimum_outcomes": self.minimum_outcomes >= 1,
            "minimum_churned": 1 <= self.minimum_churned <= self.minimum_outcomes,
            "hybrid_portfolio_accounts": self.hybrid_portfolio_accounts >= 0,
            "segment_portfolio_accounts": (
                self.segment_portfolio_accounts >= self.hybrid_portfolio_accounts
            ),
            "segment_accounts": self.segment_accounts >= 0,
            "pooling_accounts": self.pooling_accounts >= 0,
            "refit_step_points": self.refit_step_points > 0,
            "bootstrap_samples": self.bootstrap_samples >= 50,
            "confidence_share": 0 < self.confidence_share < 1,
            "ridge_penalty": 0 < self.ridge_penalty <= MAX_RIDGE_PENALTY,
            "fit_row_cap": self.fit_row_cap >= 1,
            "skip_below_correlation": (
                -1 <= self.skip_below_correlation <= self.include_above_correlation <= 1
            ),
            "weak_below_correlation": (
                -1 <= self.weak_below_correlation <= self.strong_above_correlation <= 1
            ),
        }
        for name, holds in limits.items():
            if not holds:
                raise ValueError(
                    f"Weights cannot be fitted with {name} {getattr(self, name)}. "
                    f"Fix: {_LIMITS.get(name, 'use 0 or more')}."
                )

    @classmethod
    def of(cls, settings: Mapping) -> "FitSettings":
        """Read a mapping of names to numbers; what is not named keeps its default.

        Numbers may come as floats, as policy files hold them.
        """
        types = {field.name: field.type for field in fields(cls)}
        for name in settings:
            if name not in types:
                raise ValueError(
                    f"There is no setting '{name}' for fitting weights. "
                    f"Fix: use one of {', '.join(sorted(types))}."
                )
        return cls(**{name: _whole(name, value, types[name]) for name, value in settings.items()})


_LIMITS = {
    "minimum_outcomes": "use 1 or more",
    "minimum_churned": "use a number from 1 to minimum_outcomes",
    "segment_portfolio_accounts": "use hybrid_portfolio_accounts or more",
    "refit_step_points": "use a number above 0",
    "bootstrap_samples": "use 50 or more",
    "confidence_share": "use a share between 0 and 1, such as 0.95",
    "ridge_penalty": f"use a number above 0, at most {MAX_RIDGE_PENALTY:.0f}",
    "fit_row_cap": "use 1 or more",
    "skip_below_correlation": "use include_above_correlation or less, both from -1 to 1",
    "weak_below_correlation": "use strong_above_correlation or less, both from -1 to 1",
}


def _whole(name: str, value: Any, wanted: object) -> Any:
    """Give a whole number where one belongs."""
    if wanted is not int:
        return value
    if int(value) != value:
        raise ValueError(f"{name} is {value}, not a whole number. Fix: use a whole number.")
    return int(value)
