"""Correlations, regression and importance agree with implementations that share no code."""

import itertools

import numpy as np
import pandas as pd
import pytest
from portfolios import DIMENSIONS, observations

from customer_health.weights.correlation import correlations
from customer_health.weights.importance import relative_importance, shares_of_r2
from customer_health.weights.pooling import proportional
from customer_health.weights.regression import coefficients
from customer_health.weights.sample import Sample

pytestmark = pytest.mark.filterwarnings("error")

ALL = np.ones(len(DIMENSIONS), dtype=bool)


def sample_of(frame: pd.DataFrame) -> Sample:
    return Sample.of(frame, DIMENSIONS)


def imputed(frame: pd.DataFrame) -> pd.DataFrame:
    """Scores with the mean where unknown."""
    scores = frame[[f"{dimension}_score" for dimension in DIMENSIONS]]
    return scores.fillna(scores.mean())


# -------------------------------------------------------------------------------- correlation


@pytest.mark.parametrize(
    ("r", "weights"),
    [
        ((0.70, 0.50, 0.40, 0.30, 0.10), (35, 25, 20, 15, 5)),
        ((0.72, 0.48, 0.35, 0.52, 0.21), (31.6, 21.1, 15.4, 22.8, 9.2)),
    ],
)
def test_k4_weights_are_proportional_to_correlations(r, weights):
    found = proportional(np.array(r), np.full(5, 20.0), np.ones(5, dtype=bool))
    assert found.round(1).tolist() == list(weights)
    assert found.sum() == pytest.approx(100, abs=1e-12)


def test_a_correlation_of_0_or_less_has_no_weight():
    found = proportional(np.array([0.3, -0.5, 0.0, 0.1]), np.full(4, 25.0), ALL)
    assert found.tolist() == pytest.approx([75, 0, 0, 25])


def test_what_is_not_fitted_keeps_its_expert_weight():
    expert = np.array([40.0, 30.0, 20.0, 10.0])
    found = proportional(
        np.array([np.nan, 0.9, 0.3, 0.1]), expert, np.array([False, False, True, True])
    )
    assert found.tolist() == pytest.approx([40, 30, 22.5, 7.5])


def test_correlations_are_those_of_numpy_over_known_rows():
    frame = observations(300, unknown=0.2)
    found = correlations(sample_of(frame), 50, 0.95)
    for number, dimension in enumerate(DIMENSIONS):
        rows = frame[frame[f"{dimension}_score"].notna()]
        r = np.corrcoef(rows[f"{dimension}_score"], rows["is_retained"])[0, 1]
        assert found.r[number] == pytest.approx(r, abs=1e-9)
        assert found.n_observations[number] == len(rows)
        assert found.n_accounts[number] == rows["account_id"].nunique()
        churned = rows[rows["is_retained"] == 0]
        assert found.n_churned_accounts[number] == churned["account_id"].nunique()


def test_intervals_are_as_wide_as_resampling_accounts_makes_them():
    frame = observations(150, months=10, seed=5, unknown=0)
    found = correlations(sample_of(frame), 2000, 0.95)
    random = np.random.default_rng(0)
    by_account = [rows[["usage_score", "is_retained"]].to_numpy()
                  for _, rows in frame.groupby("account_id")]  # fmt: skip
    resampled = []
    for _ in range(2000):
        drawn = random.integers(0, len(by_account), len(by_account))
        score, retained = np.concatenate([by_account[account] for account in drawn]).T
        resampled.append(np.corrcoef(score, retained)[0, 1])
    low, high = np.quantile(resampled, [0.025, 0.975])
    assert found.high[0] - found.low[0] == pytest.approx(high - low, rel=0.1)
    assert (found.low[0] + found.high[0]) / 2 == pytest.approx((low + high) / 2, abs=0.01)


def test_intervals_hold_the_true_correlation_as_often_as_they_say():
    # lasting effects, many months an account, few churns: what fools intervals over rows
    portfolios, accounts = 200, 200
    world = sample_of(
        observations(portfolios * accounts, months=18, churn=0.012, effects=(1, 0.3, 0, 0))
    )
    truth = correlations(world, 50, 0.95).r
    held, held_by_rows = [], []
    for number in range(portfolios):
        found = correlations(world.rows(world.account // accounts == number), 150, 0.95)
        held.append((found.low <= truth) & (truth <= found.high))
        reach = 1.96 / np.sqrt(found.n_observations - 3)
        held_by_rows.append(np.abs(np.arctanh(found.r) - np.arctanh(truth)) <= reach)
    coverage, by_rows = np.mean(held, axis=0), np.mean(held_by_rows, axis=0)
    print(f"95 % intervals held the truth in {coverage}; those by rows in {by_rows}")
    assert (coverage >= 0.90).all()
    assert 0.92 <= coverage.mean() <= 0.98
    assert (by_rows < 0.88).all()


def test_doubled_rows_do_not_narrow_an_interval():
    frame = observations(120)
    once = correlations(sample_of(frame), 200, 0.95)
    twice = correlations(sample_of(pd.concat([frame, frame])), 200, 0.95)
    assert twice.n_observations.tolist() == (2 * once.n_observations).tolist()
    np.testing.assert_allclose([twice.low, twice.high], [once.low, once.high], atol=1e-8)


def test_draws_in_blocks_are_the_same_draws(monkeypatch):
    sample = sample_of(observations(120))
    whole = correlations(sample, 100, 0.95)
    monkeypatch.setattr("customer_health.weights.correlation.DRAWN_AT_ONCE", 1000)
    blocks = correlations(sample, 100, 0.95)
    np.testing.assert_allclose([blocks.low, blocks.high], [whole.low, whole.high], atol=1e-9)


def test_one_churned_account_has_no_interval():
    frame = observations(30, churn=1e-9)
    frame.loc[frame["account_id"] == "account 0", "is_retained"] = 0
    found = correlations(sample_of(frame), 50, 0.95)
    assert not np.isnan(found.r).any()
    assert np.isnan(found.low).all() and np.isnan(found.high).all()


# --------------------------------------------------------------------------------- regression


@pytest.mark.parametrize("penalty", [0.01, 1.0, 30.0])
def test_regression_is_scikit_learns_where_no_bound_holds(penalty):
    from sklearn.linear_model import LogisticRegression

    frame = observations(400, effects=(1.0, 0.8, 0.7, 0.6))
    found = coefficients(sample_of(frame), ALL, penalty)
    known = frame[[f"{dimension}_score" for dimension in DIMENSIONS]]
    deviations = known.std(ddof=0).to_numpy()
    z = ((known - known.mean()) / deviations).fillna(0).to_numpy()
    strength = frame["account_id"].nunique() / (penalty * len(frame))
    model = LogisticRegression(C=strength, tol=1e-10, max_iter=10_000)
    theirs = model.fit(z, frame["is_retained"]).coef_[0] / deviations
    assert (theirs > 0).all()
    np.testing.assert_allclose(found, theirs, rtol=1e-4)


def test_regression_almost_without_penalty_is_statsmodels_logit():
    import statsmodels.api as sm

    frame = observations(400, effects=(1.0, 0.8, 0.7, 0.6))
    found = coefficients(sample_of(frame), ALL, 1e-9)
    theirs = sm.Logit(frame["is_retained"], sm.add_constant(imputed(frame))).fit(disp=False)
    np.testing.assert_allclose(found, theirs.params.to_numpy()[1:], rtol=1e-4)


def test_a_harmful_dimension_gets_0_and_the_others_are_fitted_as_if_it_were_not_there():
    sample = sample_of(observations(400, effects=(1.0, 0.8, 0.7, -1.0)))
    found = coefficients(sample, ALL, 1.0)
    without = coefficients(sample, np.array([True, True, True, False]), 1.0)
    assert found[3] == 0
    assert np.isnan(without[3])
    np.testing.assert_allclose(found[:3], without[:3], rtol=1e-5)


def test_doubled_rows_leave_coefficients_alone():
    frame = observations(200)
    once = coefficients(sample_of(frame), ALL, 1.0)
    twice = coefficients(sample_of(pd.concat([frame, frame])), ALL, 1.0)
    np.testing.assert_allclose(once, twice, atol=1e-7)


# --------------------------------------------------------------------------------- importance


def test_importance_is_the_mean_over_orderings_of_what_a_dimension_adds_to_r2():
    import statsmodels.api as sm

    frame = observations(250, effects=(1.0, 0.9, 0.3, 0.0))
    scores = imputed(frame)

    def r2(names) -> float:
        if not names:
            return 0.0
        return sm.OLS(frame["is_retained"], sm.add_constant(scores[list(names)])).fit().rsquared

    added = dict.fromkeys(scores.columns, 0.0)
    orderings = list(itertools.permutations(scores.columns))
    for ordering in orderings:
        for place, name in enumerate(ordering):
            added[name] += (r2(ordering[: place + 1]) - r2(ordering[:place])) / len(orderings)
    expected = np.array(list(added.values())) / sum(added.values())
    found = relative_importance(sample_of(frame), ALL)
    np.testing.assert_allclose(found, expected, atol=1e-9)
    assert found.sum() == pytest.approx(1, abs=1e-12)


def test_copies_of_a_dimension_share_its_importance():
    # two copies and an independent dimension, each side explaining .36 and .16
    among = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    shares = shares_of_r2(among, np.array([0.6, 0.6, 0.4]))
    np.testing.assert_allclose(shares, np.array([0.18, 0.18, 0.16]) / 0.52, atol=1e-12)


def test_nothing_explained_has_no_importance():
    assert np.isnan(shares_of_r2(np.eye(2), np.zeros(2))).all()
