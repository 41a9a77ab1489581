"""Models of expansion and advocacy find what drives them, and say so where nothing does."""

import csv
import datetime

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml
from project import PROJECT

from customer_health.named_outcome_fits import ADVOCACY, COLUMNS, EXPANSION, OUTCOMES, fit_due
from customer_health.named_outcomes import OutcomeSettings, fit_model
from customer_health.named_outcomes.model import log_odds

SETTINGS = OutcomeSettings(
    minimum_outcomes=50, minimum_positive=10, ridge_penalty=1, confidence_share=0.95, n_draws=200
)
MONTHS = pd.date_range("2023-01-31", periods=24, freq="ME")
# What drives each outcome in the made-up company, beside usage.
DRIVER = {EXPANSION: "renews", ADVOCACY: "advocated"}

of_each = pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.name)


def company(outcome, seed: int, strength: float, accounts: int = 300) -> pd.DataFrame:
    """Month ends of accounts that have the outcome by its driver and the use they make of it."""
    random = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {name: random.uniform(20, 100, accounts * len(MONTHS)) for name in outcome.terms[1:8]}
    )
    rows["renews"] = random.integers(0, 2, len(rows)).astype(float)
    rows["tenure"] = random.uniform(0, 2, len(rows))
    rows["advocated"] = random.integers(0, 2, len(rows)).astype(float)
    rows["account_id"] = np.repeat([f"a{i:04}" for i in range(accounts)], len(MONTHS))
    rows["as_of_date"] = np.tile(MONTHS, accounts)
    rows["matured_date"] = rows["as_of_date"] + pd.Timedelta(days=186)
    hazard = -4 + strength * ((rows["usage"] - 60) / 20 + 2 * rows[DRIVER[outcome]])
    rows[outcome.label] = (random.random(len(rows)) < 1 / (1 + np.exp(-hazard))).astype(int)
    rows.loc[random.random(len(rows)) < 0.2, "sentiment"] = np.nan
    rows["hazard"] = hazard
    return rows


def test_sql_weighs_the_terms_that_are_fitted():
    with (PROJECT / "seeds/policy/metrics.csv").open(encoding="utf-8") as metrics:
        dimensions = dict.fromkeys(row["dimension"] for row in csv.DictReader(metrics))
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    weighed = {"intercept", *dimensions, *settings["vars"]["named_outcome_terms"]}
    assert weighed == {term for outcome in OUTCOMES for term in outcome.terms}


@of_each
def test_what_drives_the_outcome_is_found(outcome):
    model = fit_model(company(outcome, 1, 1.0), outcome, SETTINGS)
    assert model.label == "predictive"
    assert model.label_reason is None
    found = dict(zip(outcome.terms, model.coefficients, strict=True))
    assert found["usage"] == pytest.approx(1 / 20, rel=0.25)
    assert found[DRIVER[outcome]] == pytest.approx(2, rel=0.25)
    assert abs(found["support"]) < found["usage"] / 4


@of_each
def test_it_ranks_later_months_nearly_as_well_as_the_truth(outcome):
    rows = company(outcome, 2, 1.0)
    later = rows[rows["as_of_date"] > MONTHS[17]]
    model = fit_model(rows[rows["matured_date"] <= MONTHS[17]], outcome, SETTINGS)
    said = log_odds(later, outcome, model.coefficients, model.means)
    has_it = later[outcome.label].to_numpy() == 1

    def auc(score: np.ndarray) -> float:
        above = score[has_it][:, None] > score[~has_it][None, :]
        return float(above.mean())

    assert auc(said) >= 0.95 * auc(later["hazard"].to_numpy())


def test_intervals_of_the_log_odds_hold_the_truth():
    held = []
    for seed in range(10):
        rows = company(ADVOCACY, seed, 1.0, accounts=60)
        model = fit_model(rows, ADVOCACY, SETTINGS)
        some = rows.head(40)
        known = np.nan_to_num(some[list(ADVOCACY.features)].to_numpy(float) - model.means[1:])
        x = np.hstack([np.ones((len(some), 1)), known])
        error = np.sqrt(np.einsum("ij,jk,ik->i", x, model.covariance, x))
        said = log_odds(some, ADVOCACY, model.coefficients, model.means)
        held.append((np.abs(said - some["hazard"]) <= 1.96 * error).mean())
    assert 0.88 <= np.mean(held) <= 0.995


@of_each
@pytest.mark.parametrize("seed", range(3))
def test_where_nothing_drives_it_the_label_says_so(outcome, seed):
    model = fit_model(company(outcome, seed, 0.0), outcome, SETTINGS)
    assert model.label == "heuristic"
    assert "not above 0.5" in model.label_reason


def test_too_few_outcomes_are_no_model():
    few = fit_model(company(EXPANSION, 1, 1.0, accounts=20), EXPANSION, SETTINGS)
    assert few == (
        "20 accounts have a matured outcome and 19 of them expanded; 50 and 10 are needed"
    )
    none = fit_model(company(ADVOCACY, 1, 1.0).assign(is_advocate=0), ADVOCACY, SETTINGS)
    assert none == (
        "300 accounts have a matured outcome and 0 of them gave a reference; 50 and 10 are needed"
    )


@of_each
def test_a_feature_that_nobody_has_says_nothing(outcome):
    rows = company(outcome, 4, 1.0).assign(value=np.nan)
    model = fit_model(rows, outcome, SETTINGS)
    assert dict(zip(outcome.terms, model.coefficients, strict=True))["value"] == 0
    assert np.isfinite(log_odds(rows, outcome, model.coefficients, model.means)).all()


def thresholds(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """The numbers of the policy that a fit reads."""
    return connection.sql(
        "select 3 as refit_months, 100000 as fit_row_cap, 50 as minimum_outcomes,"
        " 10 as minimum_churned, 1.0 as churn_model_penalty, 0.95 as confidence_share,"
        " 200 as bootstrap_samples"
    )


def both(seed: int) -> pd.DataFrame:
    """A company with both outcomes; each reference was known a week after the six months."""
    rows = company(ADVOCACY, seed, 1.0, accounts=100)
    rows["is_expanded"] = company(EXPANSION, seed, 1.0, accounts=100)["is_expanded"]
    known = rows["matured_date"] - pd.Timedelta(days=60)
    rows["advocate_known_date"] = known.where(rows["is_advocate"] == 1)
    return rows.drop(columns="hazard")


def fitted(rows: pd.DataFrame, *days: datetime.date) -> pd.DataFrame:
    """What `fit_due` gives for the days, or for all of them."""
    with duckdb.connect() as connection:
        connection.register("rows", rows)
        due = None
        if days:
            due = connection.from_df(pd.DataFrame({"day": list(days)})).project("cast(day as date)")
        found = fit_due(due, connection.sql("from rows"), thresholds(connection))
    return found.reindex(columns=list(COLUMNS))


def test_all_outcomes_are_fitted_walking_forward():
    found = fitted(both(5))
    versions = found.groupby(["outcome", "valid_from"])["term"].agg(tuple)
    assert set(versions.index.get_level_values("outcome")) == {"expansion", "advocacy"}
    for (name, _), terms in versions.items():
        (outcome,) = (outcome for outcome in OUTCOMES if outcome.name == name)
        assert terms in (outcome.terms, outcome.terms[:1])
    first = found[found["valid_from"] == found["valid_from"].min()]
    assert first["reason"].str.startswith("0 accounts have a matured outcome").all()


@pytest.mark.parametrize("late", [0, 400])
def test_what_comes_later_does_not_change_a_model(late):
    """Nor does what happened before and was told later."""
    day = datetime.date(2024, 7, 1)
    rows = both(6)
    is_later = rows["matured_date"] > pd.Timestamp(day)
    told_later = rows["advocate_known_date"] > pd.Timestamp(day) - pd.Timedelta(days=late)
    changed = rows.copy()
    changed.loc[is_later, ["is_advocate", "is_expanded"]] = 1
    changed.loc[is_later, "usage"] = 0.0
    # of what is only told after the day, the label of today holds it, and that of then did not
    changed.loc[told_later, "advocate_known_date"] = pd.Timestamp(day) + pd.Timedelta(days=1)
    unknown = rows.copy()
    unknown.loc[told_later, ["is_advocate", "advocate_known_date"]] = [0, pd.NaT]
    pd.testing.assert_frame_equal(fitted(changed, day), fitted(unknown, day))
    if late:
        advocacy = fitted(rows, day).query("outcome == 'advocacy'")
        then = fitted(changed, day).query("outcome == 'advocacy'")
        assert not np.allclose(advocacy["coefficient"], then["coefficient"])


def test_where_no_references_are_recorded_expansion_is_as_with_them():
    rows = both(7)
    without = rows.assign(is_advocate=np.nan, advocated=np.nan, advocate_known_date=pd.NaT)
    with_them, alone = fitted(rows), fitted(without)
    expansion = "outcome == 'expansion'"
    pd.testing.assert_frame_equal(
        with_them.query(expansion), alone.query(expansion), check_exact=True
    )
    assert alone.query("outcome == 'advocacy'")["coefficient"].isna().all()
