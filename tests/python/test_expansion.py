"""The model of expansion finds what drives it, and is called heuristic where nothing does."""

import numpy as np
import pandas as pd
import pytest

from customer_health.expansion import TERMS, ExpansionSettings, fit_model
from customer_health.expansion.model import log_odds

SETTINGS = ExpansionSettings(
    minimum_outcomes=50, minimum_expanded=10, ridge_penalty=1, confidence_share=0.95, n_draws=200
)
MONTHS = pd.date_range("2023-01-31", periods=24, freq="ME")


def company(seed: int, strength: float, accounts: int = 300) -> pd.DataFrame:
    """Month ends of accounts that expand when they renew, the more the better they use it."""
    random = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {name: random.uniform(20, 100, accounts * len(MONTHS)) for name in TERMS[1:8]}
    )
    rows["renews"] = random.integers(0, 2, len(rows)).astype(float)
    rows["tenure"] = random.uniform(0, 2, len(rows))
    rows["account_id"] = np.repeat([f"a{i:04}" for i in range(accounts)], len(MONTHS))
    rows["as_of_date"] = np.tile(MONTHS, accounts)
    rows["matured_date"] = rows["as_of_date"] + pd.Timedelta(days=186)
    hazard = -4 + strength * ((rows["usage"] - 60) / 20 + 2 * rows["renews"])
    rows["is_expanded"] = (random.random(len(rows)) < 1 / (1 + np.exp(-hazard))).astype(int)
    rows.loc[random.random(len(rows)) < 0.2, "sentiment"] = np.nan
    rows["hazard"] = hazard
    return rows


def test_what_drives_expansion_is_found():
    model = fit_model(company(1, 1.0), SETTINGS)
    assert model.label == "predictive"
    assert model.label_reason is None
    found = dict(zip(TERMS, model.coefficients, strict=True))
    assert found["usage"] == pytest.approx(1 / 20, rel=0.25)
    assert found["renews"] == pytest.approx(2, rel=0.25)
    assert abs(found["support"]) < found["usage"] / 4


def test_it_ranks_later_months_nearly_as_well_as_the_truth():
    rows = company(2, 1.0)
    later = rows[rows["as_of_date"] > MONTHS[17]]
    model = fit_model(rows[rows["matured_date"] <= MONTHS[17]], SETTINGS)
    said = log_odds(later, model.coefficients, model.means)
    is_expanded = later["is_expanded"].to_numpy() == 1

    def auc(score: np.ndarray) -> float:
        above = score[is_expanded][:, None] > score[~is_expanded][None, :]
        return float(above.mean())

    assert auc(said) >= 0.95 * auc(later["hazard"].to_numpy())


@pytest.mark.parametrize("seed", range(3))
def test_where_nothing_drives_it_the_label_says_so(seed):
    model = fit_model(company(seed, 0.0), SETTINGS)
    assert model.label == "heuristic"
    assert "not above 0.5" in model.label_reason


def test_too_few_outcomes_are_no_model():
    few = fit_model(company(1, 1.0, accounts=20), SETTINGS)
    assert few == (
        "20 accounts have a matured outcome and 19 of them expanded; 50 and 10 are needed"
    )


def test_a_feature_that_nobody_has_says_nothing():
    rows = company(4, 1.0).assign(value=np.nan)
    model = fit_model(rows, SETTINGS)
    assert dict(zip(TERMS, model.coefficients, strict=True))["value"] == 0
    assert np.isfinite(log_odds(rows, model.coefficients, model.means)).all()
