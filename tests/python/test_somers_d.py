"""Somers' D agrees with implementations that share no code, and its interval holds the truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import somersd
from sklearn.metrics import roc_auc_score

from customer_health.weights.somers import somers_d

pytestmark = pytest.mark.filterwarnings("error")

rows = st.integers(2, 60).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 12), min_size=n, max_size=n),
        st.lists(st.booleans(), min_size=n, max_size=n),
        st.lists(st.integers(0, 20), min_size=n, max_size=n),
    )
)


@settings(max_examples=200, deadline=None)
@given(rows)
def test_d_is_that_of_scipy_and_twice_the_auc_less_1(columns):
    score, retained, account = map(np.array, columns)
    found = somers_d(score, retained, account, 0.95)
    if np.ptp(score) == 0 or retained.all() or not retained.any():
        assert np.isnan([found.d, found.low, found.high]).all()
        return
    assert found.d == pytest.approx(somersd(retained, score).statistic, abs=1e-12)
    assert found.d == pytest.approx(2 * roc_auc_score(retained, score) - 1, abs=1e-12)
    if np.isfinite(found.low):
        assert found.low <= found.d <= found.high


@settings(max_examples=100, deadline=None)
@given(rows, st.randoms())
def test_d_turns_with_the_score_and_takes_no_notice_of_scale_order_or_repetition(columns, random):
    score, retained, account = map(np.array, columns)
    found = somers_d(score, retained, account, 0.9)
    figures = [found.d, found.low, found.high]
    turned = somers_d(-score, retained, account, 0.9)
    np.testing.assert_allclose([-turned.d, -turned.high, -turned.low], figures, atol=1e-9)
    order = random.sample(range(len(score)), len(score))
    other = somers_d(np.exp(score[order] / 3), retained[order], account[order], 0.9)
    np.testing.assert_allclose([other.d, other.low, other.high], figures, atol=1e-9)
    # where the floor of the error does not hold, months that repeat each other are no evidence
    twice = somers_d(*(np.tile(column, 2) for column in (score, retained, account)), 0.9)
    assert twice.d == pytest.approx(found.d, nan_ok=True)


def test_the_error_is_as_wide_as_samples_of_accounts_differ():
    ds, spreads = [], []
    for seed in range(200):
        found = somers_d(*_portfolio(seed, accounts=300, effect=0.8), 0.95)
        ds.append(np.arctanh(found.d))
        spreads.append((np.arctanh(found.high) - np.arctanh(found.low)) / 4)
    assert np.mean(spreads) == pytest.approx(np.std(ds), rel=0.2)


@pytest.mark.parametrize("effect", [0.0, 0.5, 1.5])
def test_intervals_hold_the_true_d_as_often_as_they_say(effect):
    truth = somers_d(*_portfolio(1, accounts=60_000, effect=effect), 0.95).d
    held = [
        found.low <= truth <= found.high
        for seed in range(400)
        for found in [somers_d(*_portfolio(seed, accounts=200, effect=effect), 0.95)]
    ]
    assert 0.92 <= np.mean(held) <= 0.98, np.mean(held)


def _portfolio(seed: int, accounts: int, effect: float, months: int = 12):
    """Accounts whose months repeat each other and share one fate, of which few are lost."""
    random = np.random.default_rng([seed, accounts])
    health = random.standard_normal(accounts)
    lost_in = random.geometric(0.008 * np.exp(-effect * health).clip(max=50))
    account = np.repeat(np.arange(accounts), months)
    month = np.tile(np.arange(months), accounts)
    lasting = health + random.standard_normal(accounts)
    score = np.round(50 + 12 * (lasting[account] + 0.6 * random.standard_normal(len(account))))
    there = month < lost_in[account]
    return score[there], (lost_in[account] - month > 3)[there], account[there]
