"""The model of churn finds what was planted, keeps its sums, and says when it knows too little."""

import shutil

import duckdb
import numpy as np
import pandas as pd
import pytest
from project import build, differences, query, select
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from customer_health.bands import PLACE, BandSettings, fit_limits
from customer_health.logistic import ridge_logistic
from customer_health.risk import FEATURES, Observations, RiskSettings, fit_model

SEGMENTS = ["enterprise", "smb"]


def observed(seed: int, n_accounts: int = 1500, months: int = 12) -> pd.DataFrame:
    """Observations of accounts that leave by a hazard of health, contract and segment."""
    rng = np.random.default_rng(seed)
    level = rng.normal(70, 12, n_accounts)
    turn = rng.integers(0, 12, n_accounts)
    is_smb = rng.random(n_accounts) < 0.5
    rows, is_there = [], np.ones(n_accounts, dtype=bool)
    for month in range(months):
        health = np.clip(level + rng.normal(0, 4, n_accounts), 0, 100)
        left = (turn - month) % 12
        ends = (left < 3).astype(float)
        log_odds = -1.5 - 0.06 * (health - 40) + 2.0 * ends + 0.5 * is_smb
        is_churned = rng.random(n_accounts) < expit(log_odds)
        day = pd.Timestamp("2025-01-31") + pd.offsets.MonthEnd(month)
        rows.append(
            pd.DataFrame(
                {
                    "account_id": np.arange(n_accounts), "as_of_date": day,
                    "matured_date": day + pd.Timedelta(days=104),
                    "segment": np.where(is_smb, "smb", "enterprise"), "health": health,
                    "momentum": rng.normal(0, 5, n_accounts), "ends": ends,
                    "nearness": ends * (1 - left / 3), "rolls_on": 0.0, "term_length": 0.0,
                    "no_contract_known": 0.0, "tenure": rng.random(n_accounts),
                    "is_churned": is_churned.astype(float), "log_odds": log_odds,
                }
            )[is_there]
        )  # fmt: skip
        is_there &= ~is_churned
    return pd.concat(rows, ignore_index=True)


def log_odds_of(model, rows: pd.DataFrame) -> np.ndarray:
    observations = Observations.of(rows, SEGMENTS)
    x = np.hstack([np.ones((len(rows), 1)), observations.features])
    return (x * model.coefficients[observations.segment]).sum(axis=1)


@pytest.mark.parametrize("seed", range(3))
def test_the_model_finds_what_was_planted_and_is_calibrated_on_accounts_not_seen(seed):
    model = fit_model(Observations.of(observed(seed), SEGMENTS), 2, RiskSettings())
    assert model.calibration_slope == pytest.approx(1, abs=0.25)
    others = observed(seed + 100).sort_values(["account_id", "as_of_date"])
    found, churned = log_odds_of(model, others), others["is_churned"].to_numpy()
    slope = LogisticRegression(C=1e9).fit(found[:, None], churned).coef_[0, 0]
    assert 0.75 < slope < 1.3
    assert expit(found).mean() == pytest.approx(churned.mean(), rel=0.15)
    best = roc_auc_score(churned, others["log_odds"])
    assert roc_auc_score(churned, found) > best - 0.01


def test_intervals_of_the_coefficients_hold_the_truth():
    truth = {"health": -0.06, "ends": 2.0, "momentum": 0.0}
    held = []
    for seed in range(40):
        model = fit_model(
            Observations.of(observed(seed, 500, 6), SEGMENTS), 2, RiskSettings(ridge_penalty=0.01)
        )
        for name, value in truth.items():
            at = 1 + FEATURES.index(name)
            error = np.sqrt(model.covariances[0, at, at])
            # the calibration stretches all of them alike
            slope = model.calibration_slope or 1
            held.append(abs(model.coefficients[0, at] / slope - value) < 1.96 * error / slope)
    assert 0.88 < np.mean(held)


def test_without_enough_churned_accounts_there_is_a_reason_instead_of_a_number():
    few = observed(1, 40, 2)
    reason = fit_model(Observations.of(few, SEGMENTS), 2, RiskSettings())
    assert reason.startswith("40 accounts with a matured outcome, 50 needed")


def test_without_prior_the_fit_is_that_of_another_implementation():
    rows = observed(5).sort_values(["account_id", "as_of_date"])
    x = np.column_stack([np.ones(len(rows)), rows["health"] / 10, rows["ends"]])
    churned = rows["is_churned"].to_numpy()
    fitted, _ = ridge_logistic(x, churned, rows["account_id"].to_numpy(), np.zeros(3))
    other = LogisticRegression(C=1e12, tol=1e-10, max_iter=1000).fit(x[:, 1:], churned)
    assert fitted == pytest.approx([other.intercept_[0], *other.coef_[0]], abs=1e-3)


def banded(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Scores with outcomes, their places, and the bands to find limits for."""
    rows = observed(seed).rename(columns={"health": "health_score"})
    rows = rows.assign(lifecycle_stage="maturity", is_in_renewal_window=rows["ends"] == 1)
    places = rows[PLACE].drop_duplicates().sort_values(PLACE, ignore_index=True)
    bands = pd.DataFrame(
        {
            "band": ["critical", "at_risk", "moderate", "healthy"],
            "is_flagged": [True, True, False, False],
            "least_risk_multiple": [4, 1.5, 0.5, 0],
        }
    )
    return rows, places, bands


def test_fitted_bands_part_the_scale_and_mean_more_churn_the_lower_they_are():
    rows, places, bands = banded(1)
    limits = fit_limits(rows, places, bands, {}, BandSettings())
    for _, place in limits.groupby(PLACE):
        assert place["lower_bound"].tolist() == [0, *place["upper_bound"][:-1]]
        assert place["upper_bound"].iloc[-1] == 100
    own = rows.merge(limits, on=PLACE)
    own = own[own["health_score"].between(own["lower_bound"], own["upper_bound"], "left")]
    rates = own.groupby("band")["is_churned"].mean()[bands["band"]]
    assert rates.is_monotonic_decreasing
    # near a renewal the same score means more
    flagged = limits[limits["band"] == "at_risk"].set_index(PLACE)["upper_bound"].unstack()
    assert (flagged[True] > flagged[False] + 5).all()


@pytest.mark.parametrize(("share", "team"), [(0.12, 0), (0.05, 0), (0.12, 30)])
def test_no_more_are_flagged_than_the_team_can_look_after(share, team):
    rows, places, bands = banded(2)
    settings = BandSettings(fitted_flagged_share=share, team_capacity_accounts=team)
    limits = fit_limits(rows, places, bands, {}, settings)
    newest = rows[rows["as_of_date"] == rows["as_of_date"].max()]
    cut = limits[limits["band"] == "at_risk"][[*PLACE, "upper_bound"]]
    marked = newest.merge(cut, on=PLACE)
    flagged = (marked["health_score"] < marked["upper_bound"]).mean()
    allowed = min(share, team / len(newest)) if team else share
    assert 0.3 * allowed < flagged < 1.3 * allowed


def test_a_step_from_the_limits_before_is_capped():
    rows, places, bands = banded(3)
    free = fit_limits(rows, places, bands, {}, BandSettings())
    before = {
        key: value - 20 for key, value in free.set_index([*PLACE, "band"])["upper_bound"].items()
    }
    capped = fit_limits(rows, places, bands, before, BandSettings(refit_step_points=3))
    moved = capped["upper_bound"] - (free["upper_bound"] - 20)
    inner = capped["band"] != "healthy"
    assert moved[inner].to_numpy() == pytest.approx(3, abs=0.11)


def test_scores_that_go_the_wrong_way_give_no_limits():
    rows, places, bands = banded(4)
    turned = rows.assign(health_score=100 - rows["health_score"])
    reason = fit_limits(turned, places, bands, {}, BandSettings())
    assert reason == "accounts with better scores did not churn less"


def test_the_parts_of_a_probability_add_up_and_its_interval_holds_it(built_demo):
    [(n, n_off, n_outside, n_unexplained)] = query(
        built_demo.warehouse,
        """
        select
            count(churn_probability_90d),
            count(case when abs(
                1 / (1 + exp(-(base_log_odds + health_log_odds + momentum_log_odds
                    + contract_log_odds + tenure_log_odds))) - churn_probability_90d
            ) > 0.001 then 1 end),
            count(case when churn_probability_90d not between
                churn_probability_90d_low and churn_probability_90d_high then 1 end),
            count(case when (churn_probability_90d is null) = (no_probability_reason is null)
                then 1 end)
        from marts.fct_churn_risk
        """,
    )
    assert (n_off, n_outside, n_unexplained) == (0, 0, 0), n


def test_moving_the_end_of_a_contract_moves_no_health_score_change_or_driver(built_demo, tmp_path):
    raw = shutil.copytree(built_demo.raw, tmp_path / "raw")
    terms = raw / "billing" / "subscriptions.parquet"
    [(today,)] = query(built_demo.warehouse, "select as_of_date from staging.stg_calendar__clock")
    with duckdb.connect() as connection:
        connection.execute(f"create table terms as from '{terms}'")
        # the last term of each account, where it is running: by a month to a year
        (moved,) = connection.execute(
            f"""
            update terms set end_date = cast(
                cast(end_date as date) + cast(30 + hash(account_id) % 335 as integer) as varchar
            )
            where
                try_cast(end_date as date) > date '{today}'
                and account_id not in (
                    select account_id from terms
                    where
                        account_id is not null
                        and coalesce(try_cast(start_date as date) > date '{today}', true)
                )
            """
        ).fetchone()
        connection.execute(f"copy terms to '{terms}' (format parquet)")
    assert moved > 10
    read = ("+fct_health_scores", "+fct_score_contributions", "+int_risk__circumstances")
    other = build(tmp_path / "warehouse.duckdb", *select(*read), raw_path=raw)
    health = """
        select scorecard, account_id, as_of_date, health_score, change_30d, change_90d, momentum,
            is_drop_alert, usage_score, engagement_score, sentiment_score, relationship_score,
            support_score, value_score, financial_score
        from marts.fct_health_scores
    """
    assert differences(built_demo.warehouse, other, health) == []
    parts = """
        select scorecard, account_id, as_of_date, component, score, contribution
        from marts.fct_score_contributions
        where component <> 'commitment_90d'
    """
    assert differences(built_demo.warehouse, other, parts) == []
    # what the calendar says is said elsewhere
    circumstances = (
        "select account_id, as_of_date, ends, nearness from intermediate.int_risk__circumstances"
    )
    assert differences(built_demo.warehouse, other, circumstances) != []
