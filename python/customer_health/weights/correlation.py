"""How strongly each dimension's score goes with retention, and how sure that is."""

from dataclasses import dataclass

import numpy as np

from customer_health.weights.sample import Sample
from customer_health.weights.somers import SomersD, somers_d

# The last digits of a sum depend on the machine; they must not show in a weight.
DECIMALS = 9
SEED = 1
# Weights of so many accounts at a time are in memory, 8 bytes each.
DRAWN_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Correlations:
    """Correlation of each dimension's score with retention, over the rows where it is known."""

    r: np.ndarray
    """Pearson's r (point-biserial), -1 to 1; NaN: score or label does not vary."""
    low: np.ndarray
    """Lower end of its interval; NaN where r is, or with fewer than two churned accounts."""
    high: np.ndarray
    """Upper end."""
    somers_d: np.ndarray
    """Somers' D (see `somers_d`), -1 to 1; NaN as r."""
    somers_d_low: np.ndarray
    """Lower end of its interval; NaN as that of r."""
    somers_d_high: np.ndarray
    """Upper end."""
    n_observations: np.ndarray
    """Rows where the score is known."""
    n_accounts: np.ndarray
    """Accounts with such rows."""
    n_churned_accounts: np.ndarray
    """Of these, accounts that churned in such a row."""


def correlations(sample: Sample, bootstrap_samples: int, confidence_share: float) -> Correlations:
    """Correlate every dimension with retention; the interval is by a bootstrap over accounts.

    An account's months resemble each other and share one fate, so it is accounts that are drawn,
    never account-dates. A draw gives each account a random weight (exponential: the Bayesian
    bootstrap, in which no draw is without a churn), and r follows from weighted sums, so all draws
    are one matrix product. The interval is r's Fisher z plus and minus the z's standard deviation
    over draws, times Student's t with as many degrees of freedom as there are churned (or, if
    fewer, retained) accounts, less one: these are what there is little of.

    In simulated portfolios (60, 200 and 1,000 accounts over two years, scores and frailty that
    last, true r 0 to .23, 2 to 7 % of rows and at least ten accounts churned), 95 % intervals held
    the true r in 93.6 to 96.7 % of 142 to 600 portfolios each. Percentiles of the same draws did
    so in 89 to 96 %, intervals that take rows for independent in 73 to 83 %.
    """
    known = ~np.isnan(sample.scores)
    n_observations = known.sum(axis=0)
    n_accounts = sample.n_accounts_with(known)
    n_churned = sample.n_accounts_with(known & (sample.is_retained == 0)[:, None])
    n_retained = sample.n_accounts_with(known & (sample.is_retained == 1)[:, None])

    varies = (n_churned > 0) & (n_retained > 0) & scores_vary(sample.scores)
    r, low, high = np.full((3, len(varies)), np.nan)
    if varies.any():
        sums = _sums(sample, known, varies)
        r[varies] = _r(sums.sum(axis=1))
        clusters = np.minimum(n_churned, n_retained)[varies]
        low[varies], high[varies] = _interval(
            r[varies], _spread(sums, bootstrap_samples), clusters, confidence_share
        )
    by_rank = [
        _somers_d(sample, known[:, number], number, confidence_share) if is_so else SomersD()
        for number, is_so in enumerate(varies)
    ]
    d, d_low, d_high = np.array([(one.d, one.low, one.high) for one in by_rank]).T
    r, low, high, d, d_low, d_high = (
        np.round(figure, DECIMALS) for figure in (r, low, high, d, d_low, d_high)
    )
    return Correlations(r, low, high, d, d_low, d_high, n_observations, n_accounts, n_churned)


def _somers_d(sample: Sample, known: np.ndarray, number: int, share: float) -> SomersD:
    """D of one dimension, over the rows where its score is known."""
    retained = sample.is_retained[known] == 1
    return somers_d(sample.scores[known, number], retained, sample.account[known], share)


def scores_vary(scores: np.ndarray) -> np.ndarray:
    """Say for each dimension whether its known scores differ."""
    if not len(scores):
        return np.zeros(scores.shape[1], dtype=bool)
    return np.fmax.reduce(scores, axis=0) > np.fmin.reduce(scores, axis=0)


def _sums(sample: Sample, known: np.ndarray, which: np.ndarray) -> np.ndarray:
    """All that r needs of an account, per dimension: n, x, x2, y, xy (dimension, account, sum)."""
    retained = sample.is_retained
    of_dimensions = []
    for number in np.flatnonzero(which):
        is_known = known[:, number]
        score = sample.scores[:, number]
        # centred, for the digits
        x = np.where(is_known, score - score[is_known].mean(), 0)
        y = is_known * retained
        columns = np.column_stack([is_known.astype(float), x, x * x, y, x * y])
        of_dimensions.append(sample.per_account(columns))
    return np.array(of_dimensions)


def _r(sums: np.ndarray) -> np.ndarray:
    """Pearson's r from sums in the last axis; y is 0 or 1, so it is its own square."""
    n, x, xx, y, xy = np.moveaxis(sums, -1, 0)
    r = (n * xy - x * y) / np.sqrt((n * xx - x * x) * (n * y - y * y))
    return np.clip(r, -1, 1)


def _spread(sums: np.ndarray, n_draws: int) -> np.ndarray:
    """Standard deviation of Fisher's z over draws of accounts, per dimension."""
    n_dimensions, n_accounts, n_sums = sums.shape
    by_account = sums.transpose(1, 0, 2).reshape(n_accounts, -1)
    random = np.random.default_rng(SEED)
    at_once = max(1, DRAWN_AT_ONCE // n_accounts)
    drawn = [
        random.standard_exponential((min(at_once, n_draws - done), n_accounts)) @ by_account
        for done in range(0, n_draws, at_once)
    ]
    z = _z(_r(np.concatenate(drawn).reshape(n_draws, n_dimensions, n_sums)))
    return z.std(axis=0, ddof=1)


def _z(r: np.ndarray) -> np.ndarray:
    """Fisher's z, finite also at 1."""
    return np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12))


def _interval(
    r: np.ndarray, spread: np.ndarray, clusters: np.ndarray, share: float
) -> tuple[np.ndarray, np.ndarray]:
    from scipy.special import stdtrit  # here: a build with nothing to fit shall not load it

    reach = spread * stdtrit(np.maximum(clusters - 1, 1), (1 + share) / 2)
    reach[clusters < 2] = np.nan
    return np.tanh(_z(r) - reach), np.tanh(_z(r) + reach)
