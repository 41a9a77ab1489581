"""Which share of the explained variance of retention is each dimension's own."""

from itertools import combinations
from math import comb

import numpy as np

from customer_health.weights.regression import standardised
from customer_health.weights.sample import Sample

# An R2 below this is rounding.
NOTHING = 1e-12


def relative_importance(sample: Sample, which: np.ndarray) -> np.ndarray:
    """Share each dimension in the R2 of the linear probability model (LMG, general dominance).

    A dimension's share is what it adds to R2, averaged over all orders in which dimensions can be
    added: what several dimensions tell alike is split between them. Unknown scores take the mean.

    Args:
        sample: Observations with at least one churned and one retained.
        which: Mask of the dimensions to use; their scores must vary.

    Returns:
        Shares (0-1) that sum to 1; NaN for dimensions not used, and for all if none explains.
    """
    z, _ = standardised(sample.scores[:, which])
    retained = sample.is_retained - sample.is_retained.mean()
    everything = np.column_stack([z - z.mean(axis=0), retained])
    products = everything.T @ everything
    scale = np.sqrt(np.diag(products))
    matrix = products / np.outer(scale, scale)

    shares = np.full(len(which), np.nan)
    shares[which] = shares_of_r2(matrix[:-1, :-1], matrix[:-1, -1])
    return shares


def shares_of_r2(among: np.ndarray, with_outcome: np.ndarray) -> np.ndarray:
    """LMG shares from the correlations among predictors and those with the outcome.

    Goes through all subsets: 128 for 7 predictors, doubling with each one more.
    """
    n = len(with_outcome)
    r2: dict[tuple[int, ...], float] = {(): 0.0}
    for size in range(1, n + 1):
        for subset in combinations(range(n), size):
            # the pseudo-inverse: predictors may be copies of each other
            inverse = np.linalg.pinv(among[np.ix_(subset, subset)], rcond=1e-10, hermitian=True)
            r = with_outcome[list(subset)]
            r2[subset] = float(r @ inverse @ r)
    if r2[tuple(range(n))] < NOTHING:
        return np.full(n, np.nan)
    added = np.zeros(n)
    for subset, explained in r2.items():
        for last in subset:
            without = tuple(other for other in subset if other != last)
            added[last] += (explained - r2[without]) / (n * comb(n - 1, len(without)))
    added = np.maximum(added, 0)
    return added / added.sum()
