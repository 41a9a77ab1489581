"""The forecast finds how much of a trend lasts, and its intervals hold what they say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_health.forecasts import ForecastSettings, walk_forward

SETTINGS = ForecastSettings(confidence_share=0.9, minimum_accounts=30, error_months=12)
MONTHS = np.arange("2023-01", "2025-01", dtype="datetime64[M]")


def history(seed: int, trend: float = 0.3, reversion: float = 0.2, noise: float = 4.0) -> dict:
    """Scores of 200 accounts at 24 month ends; what is not known by the last one is NaN."""
    random = np.random.default_rng(seed)
    n = 200
    months = np.repeat(MONTHS.astype("datetime64[D]"), n)
    matured = np.repeat((MONTHS + 3).astype("datetime64[D]"), n)
    size = len(months)
    score = random.uniform(35, 65, size)
    features = np.stack([np.ones(size), random.normal(0, 5, size), 50 - score], axis=1)
    # errors with a tail on one side, as falls are deeper than rises are high
    errors = noise * (1 - random.exponential(1, size))
    later = score + features @ [1.0, trend, reversion] + errors
    later[matured > months.max()] = np.nan
    return {
        "months": months,
        "matured": matured,
        "features": features,
        "score": score,
        "later": later,
        "settings": SETTINGS,
    }


def test_the_shares_that_last_and_close_are_found():
    last = list(walk_forward(**history(1)))[-1]
    assert last.coefficients == pytest.approx([1.0, 0.3, 0.2], abs=0.25)
    assert last.coefficients[1:] == pytest.approx([0.3, 0.2], abs=0.03)
    assert last.n_observations == 200 * 21
    assert last.n_checked == 0
    assert last.covered_share is None


@pytest.mark.parametrize("seed", range(5))
def test_intervals_of_skewed_errors_cover_at_their_rate(seed):
    checked = [found for found in walk_forward(**history(seed)) if found.n_checked]
    covered = np.average(
        [found.covered_share for found in checked], weights=[found.n_checked for found in checked]
    )
    assert covered == pytest.approx(0.9, abs=0.03)
    # skewed: the fall may be deeper than the rise is high
    assert -checked[-1].error_low > checked[-1].error_high


def test_a_forecast_beats_no_change_where_there_is_something_to_see():
    last = [found for found in walk_forward(**history(2)) if found.n_checked][-1]
    assert last.mean_error < 0.9 * last.mean_error_unchanged


@given(st.integers(0, 10_000), st.integers(2, 20))
@settings(max_examples=15, deadline=None)
def test_no_forecast_knows_what_came_later(seed, cut):
    """Scores that were not there yet change no model."""
    whole = history(seed)
    day = MONTHS[cut].astype("datetime64[D]")
    known = whole["months"] <= day
    early = {
        name: values[known] if isinstance(values, np.ndarray) else values
        for name, values in whole.items()
    }
    early["later"] = np.where(early["matured"] <= day, early["later"], np.nan)
    models = {found.month: found for found in walk_forward(**whole)}
    for found in walk_forward(**early):
        assert found.coefficients == pytest.approx(models[found.month].coefficients)
        assert found.error_low == models[found.month].error_low
        assert found.error_high == models[found.month].error_high


def test_too_few_scores_give_no_model():
    rows = history(3)
    few = rows["months"] > MONTHS[20].astype("datetime64[D]")
    rows |= {name: rows[name][few] for name in ("months", "matured", "features", "score", "later")}
    assert list(walk_forward(**rows)) == []
