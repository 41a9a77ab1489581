"""The numbers of the policy that decide how weights are fitted."""

from customer_health.policy.settings import Settings, threshold


class FitSettings(Settings):
    """What the policy says about fitting weights; `thresholds.csv` says what each number means.

    Counts of accounts are of accounts with a matured label; one counts as churned if any of its
    labels says so.
    """

    minimum_outcomes: int = threshold("minimum_outcomes")
    minimum_churned: int = threshold("minimum_churned")
    segment_portfolio_accounts: int = threshold("segment_portfolio_accounts")
    hybrid_portfolio_accounts: int = threshold("hybrid_portfolio_accounts")
    segment_accounts: int = threshold("segment_accounts")
    pooling_accounts: int = threshold("pooling_accounts")
    refit_step_points: float = threshold("refit_step_points")
    bootstrap_samples: int = threshold("bootstrap_samples")
    confidence_share: float = threshold("confidence_share")
    ridge_penalty: float = threshold("ridge_penalty")
    """In units of evidence: the likelihood counts each account once, whatever its number of rows,
    and a penalty p is a prior belief that one standard deviation of a score moves the log-odds of
    retention by 0 +- 1/sqrt(p). The evidence outweighs it where accounts x (share of rows that
    churned) is well above p.
    """
    fit_row_cap: int = threshold("fit_row_cap")
    include_above_somers_d: float = threshold("include_above_somers_d")
    skip_below_somers_d: float = threshold("skip_below_somers_d")
    strong_above_somers_d: float = threshold("strong_above_somers_d")
    weak_below_somers_d: float = threshold("weak_below_somers_d")
    strategic_keep: frozenset[str] = frozenset()
    """Dimensions whose verdict is 'keep' where it would be 'skip'."""
