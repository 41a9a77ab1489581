"""Drift, and which metrics predict: planted changes are found, chance is not taken for change."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from scored_accounts import company, month_ends, shuffled
from statsmodels.stats.multitest import multipletests

from customer_health.validation import (
    Settings,
    drift,
    metric_evidence,
    metric_verdicts,
    monthly_figures,
)
from customer_health.validation.drift_checks import distribution_shift
from customer_health.validation.intervals import Share, wilson
from customer_health.validation.metrics import with_changes

pytestmark = pytest.mark.filterwarnings("error")

SETTINGS = Settings(n_draws=200)
NO_SCORES = company(n=2, months=1).iloc[:0]


def monthly(figure: str, shares: list[float], n: int = 400, skip: int | None = None):
    """Make monthly figures of one kind, as `monthly_figures` gives them."""
    rows = []
    for i, (date, share) in enumerate(zip(month_ends(len(shares)), shares, strict=True)):
        (estimate,) = wilson([Share(share * n, n)], 0.95)
        if i != skip:
            rows.append(
                {
                    "scorecard": "production",
                    "segment": "all",
                    "as_of_date": date,
                    "horizon_days": 90,
                    "figure": figure,
                    **vars(estimate),
                }
            )
    return pd.DataFrame(rows)


def judged(rows, settings):
    return metric_verdicts(metric_evidence(rows, settings), settings)


NO_FIGURES = monthly("accuracy", [0.5]).iloc[:0]


@pytest.mark.parametrize("figure", ["accuracy", "auc"])
@pytest.mark.parametrize(
    ("shares", "level"),
    [
        ([0.90, 0.85, 0.80, 0.70], "alarm"),
        ([0.90, 0.895, 0.89, 0.885], "watch"),
        ([0.90, 0.85, 0.86, 0.70], "none"),
        ([0.80, 0.85, 0.86, 0.90], "none"),
        ([0.80, 0.80, 0.80, 0.80], "none"),
    ],
)
def test_three_falls_running_are_drift(figure, shares, level):
    checks = drift(monthly(figure, shares), NO_SCORES, SETTINGS)
    assert (checks["drift_check"] == f"{figure} falling").all()
    assert checks["level"].isna().tolist() == [True] * 3 + [False]
    assert checks.loc[:2, "reason"].str.startswith("it takes 4 months in a row").all()
    last = checks.iloc[-1]
    assert last["level"] == level
    assert bool(last["remedy"] and pd.notna(last["remedy"])) == (level in ("alarm", "watch"))


def test_a_month_without_figures_interrupts_the_run():
    checks = drift(monthly("auc", [0.9, 0.8, 0.75, 0.7, 0.6], skip=2), NO_SCORES, SETTINGS)
    assert checks["level"].isna().all()


def month_of_scores(scores, months) -> pd.DataFrame:
    """Make rows from an array (accounts, months)."""
    frames = [
        pd.DataFrame(
            {
                "scorecard": "production",
                "account_id": [f"a{i}" for i in range(len(scores))],
                "as_of_date": date,
                "health_score": np.round(scores[:, k], 1),
            }
        )
        for k, date in enumerate(months)
    ]
    return pd.concat(frames)


def steady_scores(n: int, months: int, seed: int) -> np.ndarray:
    """Make scores of accounts that keep their level from month to month."""
    rng = np.random.default_rng(seed)
    return rng.normal(60, 12, (n, 1)) + rng.normal(0, 5, (n, months))


def test_a_shift_of_the_distribution_is_found_in_its_month():
    scores = steady_scores(150, 4, seed=1)
    scores[:, 3] -= 8
    rows = month_of_scores(scores, month_ends(4))
    checks = drift(NO_FIGURES, shuffled(rows), SETTINGS)
    assert (checks["drift_check"] == "distribution shift").all()
    assert checks["level"].fillna("unknown").tolist() == ["unknown", "none", "none", "alarm"]
    assert (checks["compared_with"].dropna() == month_ends(1)[0]).all()
    pd.testing.assert_frame_equal(checks, drift(NO_FIGURES, rows, SETTINGS))


def test_without_a_shift_the_threshold_is_passed_about_one_time_in_twenty():
    quick, raised = Settings(n_draws=100), 0
    for seed in range(300):
        scores = np.round(steady_scores(90, 2, seed), 1)
        # Ten accounts left after the first month, ten joined in the second.
        first, second = pd.Series(scores[:80, 0]), pd.Series(scores[10:, 1], index=range(10, 90))
        value, threshold = distribution_shift(first, second, quick)
        raised += value > threshold
    assert 5 <= raised <= 28


def test_a_shift_is_found_also_where_no_account_has_both_months():
    scores = steady_scores(200, 1, seed=1)[:, 0]
    joined = pd.Series(scores[100:] - 10, index=range(100, 200))
    value, threshold = distribution_shift(pd.Series(scores[:100]), joined, SETTINGS)
    assert value > threshold > 0


def test_a_fixed_threshold_would_have_raised_false_alarms():
    scores = np.random.default_rng(2).normal(60, 12, (100, 2))
    value, threshold = distribution_shift(
        pd.Series(scores[:, 0]), pd.Series(scores[:, 1]), SETTINGS
    )
    assert 0.1 < threshold < 0.6 and value < threshold


def test_scores_that_are_all_alike_have_not_shifted():
    rows = month_of_scores(np.full((30, 2), 50.0), month_ends(2))
    last = drift(NO_FIGURES, rows, SETTINGS).iloc[-1]
    assert (last["value"], last["level"]) == (0, "none")


def test_churn_beyond_what_the_score_implies_is_calibration_drift():
    rows = company(n=300, months=7)
    newest = rows["as_of_date"] == month_ends(7)[-1]
    doubled = rows["is_churned"].where(~newest | (rows.index % 3 > 0), 1)
    rows = rows.assign(is_churned=doubled)
    checks = drift(monthly_figures(rows, rows, SETTINGS), rows, SETTINGS)
    levels = checks[checks["drift_check"] == "calibration"].set_index("as_of_date")["level"]
    assert levels[month_ends(7)[-1]] == "alarm"
    assert "alarm" not in set(levels[month_ends(6)])
    unknown = checks[checks["level"].isna()]
    assert len(unknown) and unknown["reason"].notna().all()


# Metrics


def metric_rows(n: int = 160, months: int = 20, seed: int = 3) -> pd.DataFrame:
    """Plant metrics that lead, lag, mean nothing and point the wrong way; a third churn."""
    rng = np.random.default_rng(seed)
    dates = month_ends(months)
    account, month = (grid.ravel() for grid in np.meshgrid(np.arange(n), np.arange(months)))
    date = pd.DatetimeIndex(dates)[month]
    churn_month = np.where(np.arange(n) % 3 == 0, rng.integers(10, months, n), months + 12)
    lead = 30 * (churn_month[account] - month) + rng.integers(1, 25, n)[account]
    churns = churn_month[account] < months
    days = np.where(churns & (lead <= 180), lead, np.nan)
    near = np.nan_to_num(np.clip((120 - days) / 120, 0, 1))
    level = rng.normal(60, 8, n)[account]

    def noise() -> np.ndarray:
        return rng.normal(0, 5, len(account))

    planted = {
        "leading": level - 40 * near + noise(),
        "lagging": level - 30 * (days < 26) + noise(),
        "inverted": level + 30 * near + noise(),
        "noise": 50 + noise(),
        "sinking": level - 2 * month + noise(),
        "constant": np.full(len(account), 50.0),
        "never": np.full(len(account), np.nan),
    }
    base = pd.DataFrame(
        {
            "account_id": [f"a{i}" for i in account],
            "as_of_date": date,
            "is_churned": np.nan_to_num(days, nan=999) <= 90,
            "days_to_churn": days,
        }
    )
    base = base.assign(is_churned=base["is_churned"].astype(int))
    known = lead > 0
    return pd.concat(
        base[known].assign(metric=name, metric_score=score[known], metric_value=2 * score[known])
        for name, score in planted.items()
    )


@pytest.fixture(scope="module")
def verdicts() -> pd.DataFrame:
    """Judge the planted metrics once."""
    return judged(metric_rows(), SETTINGS).set_index("metric")


@pytest.mark.parametrize(
    ("metric", "verdict", "timing"),
    [
        ("leading", "predictive", "leading"),
        ("lagging", "predictive", "lagging"),
        ("inverted", "inverted", "flat"),
        ("noise", "vanity", "flat"),
        ("constant", "no evidence yet", "flat"),
    ],
)
def test_planted_metrics_are_seen_for_what_they_are(verdicts, metric, verdict, timing):
    assert tuple(verdicts.loc[metric, ["verdict", "timing"]]) == (verdict, timing)


def test_a_fall_that_everyone_has_is_no_move_before_churn(verdicts):
    assert verdicts.loc["sinking", "timing"] == "flat"


def test_denser_dates_are_no_further_evidence(verdicts):
    rows = metric_rows()
    week = pd.Timedelta(days=7)
    earlier = rows.assign(
        as_of_date=rows["as_of_date"] - week, days_to_churn=rows["days_to_churn"] + week.days
    )
    denser = judged(pd.concat([rows, earlier]), SETTINGS).set_index("metric")
    limits = ["correlation", "low", "high"]
    np.testing.assert_allclose(denser[limits].astype(float), verdicts[limits].astype(float))
    assert (denser["n_changes"] <= denser["n_churned_accounts"]).all()


def test_a_metric_is_vanity_only_where_a_correlation_worth_having_is_ruled_out(verdicts):
    strict = judged(metric_rows(), SETTINGS.model_copy(update={"least_effect": 0.0}))
    noise = strict.set_index("metric").loc["noise"]
    assert noise["verdict"] == "not decided yet" and "0 is the least that counts" in noise["reason"]


def test_the_effect_is_the_gap_of_means_in_standard_deviations(verdicts):
    rows = metric_rows()
    for metric in ("leading", "inverted", "noise"):
        score = rows.loc[rows["metric"] == metric, "metric_score"]
        churned = rows.loc[rows["metric"] == metric, "is_churned"] == 1
        gap = (score[~churned].mean() - score[churned].mean()) / score.std(ddof=0)
        found = verdicts.loc[metric]
        assert found["effect"] == pytest.approx(gap)
        assert found["effect_low"] < found["effect"] < found["effect_high"]


@pytest.mark.parametrize(
    ("low", "high", "adjusted_p", "verdict"),
    [
        (0.26, 0.9, 0.05, "predictive"),
        (0.26, 0.9, 0.11, "not decided yet"),
        (0.25, 0.9, 0.001, "not decided yet"),
        (0.01, 0.9, 0.001, "not decided yet"),
        (0.01, 0.24, 0.001, "vanity"),
        (-0.1, 0.25, 0.5, "not decided yet"),
        (-0.9, -0.26, 0.001, "inverted"),
        (-0.9, -0.24, 0.001, "vanity"),
    ],
)
def test_a_verdict_wants_the_whole_interval_on_one_side_of_the_least_effect(
    low, high, adjusted_p, verdict
):
    from customer_health.validation.metrics import _verdict

    row = pd.Series({"n_accounts": 500, "n_churned_accounts": 50, "p": adjusted_p / 2})
    row = row.to_dict() | {"adjusted_p": adjusted_p, "effect_low": low, "effect_high": high}
    found, reason = _verdict(SimpleNamespace(**row), SETTINGS)
    assert found == verdict
    assert (reason is None) == (verdict != "not decided yet")


def test_p_values_are_adjusted_over_all_metrics(verdicts):
    for p, adjusted in (("p", "adjusted_p"), ("early_p", "early_adjusted_p")):
        known = verdicts[verdicts[p].notna()]
        expected = multipletests(known[p], method="fdr_bh")[1]
        np.testing.assert_allclose(known[adjusted], expected)


def test_the_correlation_is_that_of_score_and_retention(verdicts):
    rows = metric_rows()
    rows = rows[rows["metric"] == "leading"]
    found = verdicts.loc["leading"]
    retained = 1 - rows["is_churned"]
    assert found["correlation"] == pytest.approx(np.corrcoef(rows["metric_score"], retained)[0, 1])
    assert found["value_correlation"] == pytest.approx(
        np.corrcoef(rows["metric_value"].rank(), retained)[0, 1]
    )
    assert found["low"] < found["correlation"] < found["high"]


@given(st.sets(st.tuples(st.integers(0, 3), st.integers(0, 120)), max_size=40), st.data())
@examples(max_examples=40, deadline=None)
def test_a_change_is_that_since_the_nearest_known_score_of_the_account(places, data):
    account, day = np.array(sorted(places)).reshape(-1, 2).T
    score = st.one_of(st.none(), st.integers(0, 100))
    scores = data.draw(st.lists(score, min_size=len(day), max_size=len(day)))
    rows = pd.DataFrame(
        {
            "metric": "one",
            "account_id": account,
            "as_of_date": pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D"),
            "metric_score": np.array(scores, dtype=float),
        }
    )
    found = with_changes(rows, SETTINGS.model_copy(update={"change_days": 30}))["change"].to_numpy()
    known = rows[rows["metric_score"].notna()].sort_values("as_of_date")
    asked = rows.assign(as_of_date=rows["as_of_date"] - pd.Timedelta(days=30)).reset_index()
    nearest = pd.merge_asof(
        asked.sort_values("as_of_date"),
        known.rename(columns={"metric_score": "earlier"}),
        on="as_of_date",
        by="account_id",
        direction="nearest",
        tolerance=pd.Timedelta(days=17),
    ).sort_values("index")
    np.testing.assert_array_equal(found, rows["metric_score"] - nearest["earlier"].to_numpy())


def test_metrics_without_evidence_say_why(verdicts):
    never = verdicts.loc["never"]
    assert never["verdict"] == "no evidence yet" and "0 accounts" in never["reason"]
    assert pd.isna(never["timing"]) and "are needed" in never["timing_reason"]
    few = judged(metric_rows(n=24), SETTINGS)
    assert (few["verdict"] == "no evidence yet").all() and few["reason"].notna().all()
    assert judged(metric_rows().iloc[:0], SETTINGS).empty


def test_order_and_repetition_of_metric_rows_change_nothing():
    rows = metric_rows(n=60)
    again = shuffled(pd.concat([rows, rows.sample(50, random_state=1)]))
    pd.testing.assert_frame_equal(judged(rows, SETTINGS), judged(again, SETTINGS))
