"""The numbers of the policy that decide how weights are fitted."""

from customer_health.policy.settings import Settings, threshold


class FitSettings(Settings):
    """What the policy says about fitting weights.

    Counts of accounts are of accounts with a matured label; one counts as churned if any of its
    labels says so.
    """

    minimum_outcomes: int = threshold("minimum_outcomes")
    """Accounts needed before anything is fitted, and before one dimension or segment is."""
    minimum_churned: int = threshold("minimum_churned")
    """Of these, accounts that must have churned."""
    segment_portfolio_accounts: int = threshold("segment_portfolio_accounts")
    """Accounts overall above which a segment also needs more than `segment_accounts`."""
    hybrid_portfolio_accounts: int = threshold("hybrid_portfolio_accounts")
    """Accounts overall from which on segments have their own estimates, pooled."""
    segment_accounts: int = threshold("segment_accounts")
    """Accounts a segment must exceed where the portfolio exceeds `segment_portfolio_accounts`."""
    pooling_accounts: int = threshold("pooling_accounts")
    """A segment of so many accounts counts half against the universal estimate."""
    refit_step_points: float = threshold("refit_step_points")
    """The most points that one refit may move a weight."""
    bootstrap_samples: int = threshold("bootstrap_samples")
    """Resamples of accounts behind an interval."""
    confidence_share: float = threshold("confidence_share")
    """Share of intervals that should hold the true correlation."""
    ridge_penalty: float = threshold("ridge_penalty")
    """Pull of a regression's coefficients toward 0.

    In units of evidence: the likelihood counts each account once, whatever its number of rows, and
    a penalty p is a prior belief that one standard deviation of a score moves the log-odds of
    retention by 0 +- 1/sqrt(p). The evidence outweighs it where accounts x (share of rows that
    churned) is well above p.
    """
    fit_row_cap: int = threshold("fit_row_cap")
    """Rows above which whole accounts are sampled, by a hash of their id."""
    include_above_correlation: float = threshold("include_above_correlation")
    """Correlation above which a dimension's verdict is 'include'."""
    skip_below_correlation: float = threshold("skip_below_correlation")
    """Correlation below which it is 'skip'; between the two, both included, it is 'consider'."""
    strong_above_correlation: float = threshold("strong_above_correlation")
    """Correlation above which a dimension counts as 'strong'."""
    weak_below_correlation: float = threshold("weak_below_correlation")
    """Correlation below which it counts as 'weak'; between the two, both included, 'moderate'."""
    strategic_keep: frozenset[str] = frozenset()
    """Dimensions whose verdict is 'keep' where it would be 'skip'."""
