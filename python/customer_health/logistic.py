"""Regularised logistic regression of churn on a few columns."""

import numpy as np
from threadpoolctl import threadpool_limits

# Of the rows that had matured, the later ones on which a model of the earlier ones is tried.
LATER_SHARE = 0.3


def later_fold(as_of_date: np.ndarray, matured_date: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which rows are earlier ones, matured by the first of the later ones, and which are later."""
    days = np.sort(as_of_date)
    first = days[int(len(days) * (1 - LATER_SHARE))]
    return matured_date <= first, as_of_date >= first


# the fits are small: threads wait for each other longer than they work
@threadpool_limits.wrap(limits=1, user_api="blas")
def ridge_logistic(
    x: np.ndarray,
    churned: np.ndarray,
    account: np.ndarray,
    precision: np.ndarray,
    offset: np.ndarray | float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Fit log odds of churn = offset + x @ coefficients.

    A loss shows in every month's end of the horizon before it: rows count so much that each account
    that was lost counts once.

    Args:
        x: A row per observation, a column per coefficient.
        churned: 1.0 or 0.0 per row; at least one of each.
        account: Number of the account per row, never decreasing.
        precision: Of each coefficient's prior, which is around 0; 0: it has none.
        offset: What the log odds begin with.

    Returns:
        The coefficients and their covariance: the sandwich over accounts and, where the rows say
        little, the prior.
    """
    from scipy.optimize import minimize  # here: a build with nothing to fit shall not load it
    from scipy.special import expit

    starts = np.flatnonzero(np.diff(account, prepend=-1))
    n = len(starts)
    share = np.logical_or.reduceat(churned == 1, starts).sum() / churned.sum()

    def loss_and_slope(at: np.ndarray) -> tuple[float, np.ndarray]:
        log_odds = offset + x @ at
        loss = share * (np.logaddexp(0, log_odds) - churned * log_odds).sum()
        slope = share * (expit(log_odds) - churned) @ x
        return loss + precision @ at**2 / 2, slope + precision * at

    tight = {"ftol": 1e-14, "gtol": 1e-8, "maxiter": 1000}
    start = np.zeros(x.shape[1])
    fitted = minimize(loss_and_slope, start, jac=True, method="L-BFGS-B", options=tight).x
    p = expit(offset + x @ fitted)
    bread = np.linalg.pinv((x * (share * p * (1 - p))[:, None]).T @ x + np.diag(precision))
    of_account = np.add.reduceat(share * (churned - p)[:, None] * x, starts, axis=0)
    meat = of_account.T @ of_account * n / max(n - 1, 1) + np.diag(precision)
    return fitted, bread @ meat @ bread
