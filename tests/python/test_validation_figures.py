"""The figures of validation against libraries, golden cases and properties."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from scored_accounts import company, month_ends, shuffled
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    f1_score,
    precision_score,
    recall_score,
    roc_auc_score,
)
from statsmodels.discrete.discrete_model import Logit
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.tools import add_constant

from customer_health.validation import (
    Settings,
    best_cut,
    monthly_figures,
    with_retention,
)
from customer_health.validation.intervals import Estimate, Share, delong, difference, wilson
from customer_health.validation.monthly import f1, feasible_precision, verdict
from customer_health.validation.ranking import as_counts, auc, average_precision, lift, score_cells

pytestmark = pytest.mark.filterwarnings("error")

SETTINGS = Settings(n_draws=100)
PYTHON = Path(__file__).parents[2] / "python"
COUNTS = ("n_flagged", "tp", "fp", "tn", "fn")

scored_rows = st.lists(
    st.tuples(st.integers(0, 20), st.booleans(), st.integers(1, 3)), min_size=2, max_size=40
).filter(lambda rows: len({churned for _, churned, _ in rows}) == 2)


def counts(scores, churned, weights=None):
    """Give the rows as counts per distinct score."""
    cells, n_cells = score_cells(np.asarray(scores, float), np.asarray(churned, bool))
    return as_counts(np.bincount(cells, weights=weights, minlength=n_cells))


def one_month(figures: pd.DataFrame, date: pd.Timestamp, segment: str = "all") -> pd.DataFrame:
    """Give the figures of a month and segment by name."""
    chosen = figures[(figures["as_of_date"] == date) & (figures["segment"] == segment)]
    return chosen.set_index("figure")


# Golden cases


def test_k9_the_retention_table_and_its_cuts():
    n = np.array([45, 112, 134, 87, 56, 41])
    retained = n * np.array([0.98, 0.95, 0.88, 0.75, 0.58, 0.35])
    ranges = pd.DataFrame({"range_low": [90, 80, 70, 60, 50, 0], "n": n, "n_retained": retained})
    found = best_cut(ranges)
    assert (found.n, found.reason) == (475, None)
    assert round(100 * found.churn_share, 1) == 19.9
    assert round(found.auc, 3) == 0.797
    cuts = (100 * found.cuts.set_index("cut")[["precision", "recall", "specificity"]]).round(1)
    assert list(cuts.loc[60]) == [51.7, 53.1, 87.7]
    assert list(cuts.loc[70]) == [39.1, 76.1, 70.5]
    assert found.best_cut == 70


def test_at_15_percent_churn_the_targets_leave_room_for_a_precision_of_46_9():
    assert round(100 * feasible_precision(0.15, 0.75, 0.85), 1) == 46.9
    rows = company(n=1000, months=1).assign(is_churned=[1] * 150 + [0] * 850)
    feasible = one_month(monthly_figures(rows, rows, SETTINGS), month_ends(1)[0])
    assert round(100 * feasible.loc["precision_feasible", "value"], 1) == 46.9
    assert feasible.loc["precision_feasible", "target"] == 0.60
    assert feasible.loc["precision_feasible", "verdict"] == "not met"


# Against libraries


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 60), st.integers(1, 60))
@examples(max_examples=50, deadline=None)
def test_intervals_of_shares_and_of_their_difference_are_wilsons_and_newcombes(k, n, j, m):
    k, j = min(k, n), min(j, m)
    first, second = wilson([Share(k, n), Share(j, m)], 0.95)
    assert (first.low, first.high) == pytest.approx(
        proportion_confint(k, n, method="wilson"), abs=1e-9
    )
    assert first.low <= first.value <= first.high
    gap = difference(first, second)
    expected = confint_proportions_2indep(k, n, j, m, method="newcomb", compare="diff")
    assert (gap.low, gap.high) == pytest.approx(expected, abs=1e-9)


@given(scored_rows)
@examples(max_examples=60, deadline=None)
def test_ranking_figures_are_sklearns_with_weights_and_ties(rows):
    scores, churned, weights = map(np.array, zip(*rows, strict=True))
    found = counts(scores, churned, weights)
    risk = 100 - scores
    assert auc(found) == pytest.approx(roc_auc_score(churned, risk, sample_weight=weights))
    assert average_precision(found) == pytest.approx(
        average_precision_score(churned, risk, sample_weight=weights)
    )
    assert delong(scores, churned, 0.95).value == pytest.approx(roc_auc_score(churned, risk))


def test_lift_counts_ties_in_part():
    churned = [1, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    # The two lowest share one place: half of a churned account, where a fifth churned.
    assert lift(counts([5, 5, 8, 9, 10, 11, 12, 13, 14, 15], churned), 0.10) == pytest.approx(2.5)
    assert lift(counts(range(10), churned), 0.10) == pytest.approx(5)
    assert lift(counts([50] * 10, churned), 0.10) == pytest.approx(1)


def test_delongs_interval_covers_the_true_auc_as_often_as_it_says():
    rng, covered = np.random.default_rng(4), 0
    churned = np.arange(120) < 25
    true_auc = 0.7602  # normal scores one standard deviation apart: Phi(1 / sqrt(2))
    for _ in range(400):
        found = delong(rng.normal(size=120) - churned, churned, 0.95)
        covered += found.low <= true_auc <= found.high
    assert 0.92 <= covered / 400 <= 0.98


def test_confusion_figures_are_sklearns():
    rows = company(months=2)
    figures = monthly_figures(rows, rows, SETTINGS)
    for date, month in rows.groupby("as_of_date"):
        found = one_month(figures, date)["value"]
        for figure, score in (
            ("precision", precision_score),
            ("recall", recall_score),
            ("f1", f1_score),
        ):
            expected = score(month["is_churned"], month["is_flagged"])
            assert found[figure] == pytest.approx(expected), figure
        specificity = recall_score(1 - month["is_churned"], ~month["is_flagged"])
        assert found["specificity"] == pytest.approx(specificity)
        accuracy = (month["is_churned"] == month["is_flagged"]).mean()
        assert found["accuracy"] == pytest.approx(accuracy)
        assert found[["tp", "fp", "tn", "fn"]].sum() == len(month)


def test_the_interval_of_f1_is_that_of_a_bootstrap_over_accounts():
    tp, fp, fn, tn = 40, 15, 20, 225
    drawn = np.random.default_rng(1).multinomial(300, np.array([tp, fp, fn, tn]) / 300, 4000)
    bootstrapped = 2 * drawn[:, 0] / (2 * drawn[:, 0] + drawn[:, 1] + drawn[:, 2])
    (found,) = wilson([f1(tp, fp, fn)], 0.95)
    assert [found.low, found.high] == pytest.approx(
        np.quantile(bootstrapped, [0.025, 0.975]), abs=0.02
    )


def test_calibration_is_fitted_on_earlier_months_and_measured_as_libraries_do():
    rows = company(months=6, noise=0.8)
    now = month_ends(6)[-1]
    found = one_month(monthly_figures(rows, rows, SETTINGS), now)
    past = rows[rows["as_of_date"] + pd.Timedelta(days=90) <= now]
    assert past["as_of_date"].nunique() == 3
    month = rows[rows["as_of_date"] == now]
    model = LogisticRegression(tol=1e-10).fit(past[["health_score"]] / 10, past["is_churned"])
    log_odds = model.decision_function(month[["health_score"]] / 10)
    p = 1 / (1 + np.exp(-log_odds))
    assert found.loc["brier", "value"] == pytest.approx(
        brier_score_loss(month["is_churned"], p), abs=1e-4
    )
    logit = Logit(month["is_churned"].to_numpy(), add_constant(log_odds)).fit(disp=0)
    slope = found.loc["calibration_slope"]
    assert slope["value"] == pytest.approx(logit.params[1], abs=1e-3)
    assert [slope["low"], slope["high"]] == pytest.approx(logit.conf_int()[1], abs=1e-2)
    gap = found.loc["calibration_in_the_large", "value"]
    assert gap == pytest.approx(month["is_churned"].mean() - p.mean(), abs=1e-4)


# What must hold


def test_outcomes_that_had_not_matured_change_no_earlier_figure():
    rows = company(months=6)
    now = month_ends(6)[4]
    unripe = rows["matured_date"] > now
    known_later = rows.assign(is_churned=rows["is_churned"].where(~unripe, 1 - rows["is_churned"]))
    asked = rows[rows["as_of_date"] == now]
    before, after = (monthly_figures(asked, past, SETTINGS) for past in (rows, known_later))
    pd.testing.assert_frame_equal(before, after)
    assert before.set_index("figure")["value"].notna()[["brier", "calibration_slope"]].all()


@given(st.integers(0, 1000))
@examples(max_examples=5, deadline=None)
def test_order_and_repetition_of_rows_change_no_figure(seed):
    rows = company(n=60, months=5)
    again = shuffled(pd.concat([rows, rows.sample(30, random_state=seed)]), seed)
    pd.testing.assert_frame_equal(
        monthly_figures(rows, rows, SETTINGS), monthly_figures(again, again, SETTINGS)
    )


def test_of_rows_that_contradict_each_other_the_same_one_counts_in_any_order():
    rows = company(n=60, months=1)
    other = rows.assign(health_score=rows["health_score"] / 2, is_flagged=True)
    first, second = pd.concat([rows, other]), pd.concat([other, rows])
    pd.testing.assert_frame_equal(
        monthly_figures(first, first, SETTINGS), monthly_figures(second, second, SETTINGS)
    )


def test_each_segment_has_its_own_figures_and_all_is_their_sum():
    rows = company(months=1)
    rows.loc[:9, "segment"] = None
    date = month_ends(1)[0]
    figures = monthly_figures(rows, rows, SETTINGS)
    assert set(figures["segment"]) == {"all", "smb", "enterprise", "unknown"}
    parts = [one_month(figures, date, name)["value"] for name in ("smb", "enterprise", "unknown")]
    for count in ("tp", "fp", "tn", "fn"):
        whole = one_month(figures, date).loc[count, "value"]
        assert sum(part[count] for part in parts) == whole


def test_accounts_without_a_score_or_an_outcome_are_no_predictions():
    rows = company(n=100, months=1)
    rows.loc[:19, "health_score"] = np.nan
    rows["is_churned"] = rows["is_churned"].astype(float)
    rows.loc[90:, "is_churned"] = np.nan
    found = one_month(monthly_figures(rows, rows, SETTINGS), month_ends(1)[0])
    assert found.loc["scored_share", ["value", "n"]].tolist() == [70 / 90, 90]
    assert found.loc["accuracy", "n"] == 70


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.75, 0.9, "met"), (0.6, 0.74, "not met"), (0.7, 0.8, "underpowered"), (None, None, None)],
)
def test_a_verdict_takes_the_whole_interval(low, high, expected):
    assert verdict(Estimate(0.72, low, high), 0.75) == expected
    assert verdict(Estimate(0.72, low, high), None) is None


def test_accuracy_is_also_held_against_what_is_excellent():
    rows = company(n=600, months=1).assign(is_flagged=lambda rows: rows["is_churned"] == 1)
    wrong = rows.index[: round(0.17 * len(rows))]
    rows.loc[wrong, "is_flagged"] = ~rows.loc[wrong, "is_flagged"]
    accuracy = one_month(monthly_figures(rows, rows, SETTINGS), month_ends(1)[0]).loc["accuracy"]
    assert accuracy["value"] == pytest.approx(0.83)
    assert (accuracy["target"], accuracy["verdict"]) == (0.80, "underpowered")
    assert (accuracy["excellent_target"], accuracy["excellent_verdict"]) == (0.85, "underpowered")


@pytest.mark.parametrize(
    "change",
    [
        {"is_churned": 0},
        {"is_churned": 1},
        {"health_score": 50.0},
        {"health_score": np.nan},
        {"is_flagged": True},
        {"is_flagged": None},
        {"account_id": "the only one"},
        {"is_churned": None},
    ],
    ids=str,
)
def test_a_figure_that_cannot_be_had_is_null_with_a_reason(change):
    rows = company(n=40, months=5).assign(**change)
    figures = monthly_figures(rows, rows, SETTINGS)
    assert figures.loc[figures["value"].isna(), "reason"].notna().all()
    estimated = ~figures["figure"].isin(COUNTS)
    assert figures.loc[estimated & figures["low"].isna(), "reason"].notna().all()
    known = figures[figures["low"].notna()]
    assert (known["low"] <= known["high"]).all()
    assert len(figures) or change == {"is_churned": None}


def test_no_rows_give_no_figures():
    rows = company(n=2, months=1).iloc[:0]
    assert monthly_figures(rows, rows, SETTINGS).empty
    nobody = {"range_low": [0, 50], "n": [0, 0], "n_accounts": [0, 0], "n_retained": [0, 0]}
    ranges = with_retention(pd.DataFrame(nobody), SETTINGS)
    assert ranges["retention"].isna().all() and (ranges["reason"] == "no accounts").all()
    assert best_cut(ranges).reason == "no accounts"


def test_importing_the_package_does_not_load_the_libraries_that_take_seconds():
    code = (
        "import sys, customer_health.validation; print({'scipy', 'statsmodels'} & set(sys.modules))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=PYTHON)
    assert printed.stdout.strip() == b"set()", printed.stderr


def test_a_missing_column_is_named():
    rows = company(n=2, months=1).drop(columns="is_flagged")
    with pytest.raises(ValueError, match="lack is_flagged. Fix"):
        monthly_figures(rows, rows, SETTINGS)


# Ranges


def test_retention_counts_evidence_by_account():
    counts = pd.DataFrame(
        {"range_low": [75, 50, 0], "n": [3, 1, 1], "n_accounts": [2, 1, 1], "n_retained": [3, 0, 0]}
    )
    ranges = with_retention(counts, SETTINGS).set_index("range_low")
    assert ranges["retention"].to_dict() == {75: 1, 50: 0, 0: 0}
    assert ranges.loc[75, ["low", "high"]].tolist() == pytest.approx(
        proportion_confint(2, 2, method="wilson")
    )
    assert best_cut(ranges.reset_index()).best_cut == 75


@pytest.mark.parametrize(
    ("retained", "reason"),
    [([5, 5], "nobody churned"), ([0, 0], "nobody stayed"), ([1, 4], "no cut separates")],
)
def test_where_no_cut_separates_the_reason_is_given(retained, reason):
    found = best_cut(pd.DataFrame({"range_low": [50, 0], "n": [5, 5], "n_retained": retained}))
    assert found.best_cut is None and found.reason.startswith(reason)
