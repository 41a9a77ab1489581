"""Comparison, label and alarm: what is said of a scorecard, and when it is taken back."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scored_accounts import company, shuffled, with_shuffled_outcomes
from sklearn.metrics import f1_score, roc_auc_score
from statsmodels.stats.contingency_tables import mcnemar

from customer_health.reviews import labels_due
from customer_health.validation import (
    Settings,
    Summary,
    bootstrap,
    compare_scorecards,
    compare_summaries,
    inverted_alarm,
    monthly_figures,
    override_outcomes,
    score_label,
)
from customer_health.validation.bootstrap import auc_draws
from customer_health.validation.intervals import quantile_limits

pytestmark = pytest.mark.filterwarnings("error")

SETTINGS = Settings(n_draws=200)
THRESHOLDS = Path(__file__).parents[2] / "seeds" / "policy" / "thresholds.csv"


def good(**changes) -> pd.DataFrame:
    """Make a scorecard that sees well."""
    return company(**{"noise": 0.3, **changes})


def poor(**changes) -> pd.DataFrame:
    """Make a scorecard that sees the same accounts badly."""
    return company(**{"noise": 2.0, "scorecard": "equal", **changes})


# Golden cases


def test_k11_the_variant_wins():
    found = compare_summaries(Summary(0.65, 0.73), Summary(0.72, 0.81), SETTINGS)
    assert (round(found["f1_a"], 2), round(found["f1_b"], 2)) == (0.69, 0.76)
    assert found["decision"] == "better"
    assert "how many accounts this rests on is not told" in found["evidence"]


@pytest.mark.parametrize(("n_churned", "decision"), [(30, "not decided yet"), (500, "better")])
def test_k11_with_the_number_of_churned_accounts(n_churned, decision):
    old, new = Summary(0.65, 0.73, n_churned), Summary(0.72, 0.81, n_churned)
    assert compare_summaries(old, new, SETTINGS)["decision"] == decision
    turned = compare_summaries(new, old, SETTINGS)["decision"]
    assert turned == ("worse" if decision == "better" else decision)


def test_summaries_that_contradict_themselves_decide_nothing():
    found = compare_summaries(Summary(0.65, 0.73), Summary(0.80, 0.70), SETTINGS)
    assert found["decision"] == "not decided yet"
    nothing = compare_summaries(Summary(0.0, 0.0, 40), Summary(0.0, 0.0, 40), SETTINGS)
    assert nothing["f1_probability"] == 0.5


def test_k13_flags_that_point_the_wrong_way_raise_the_alarm():
    # 700 flagged of 1000 is what gives 15 % churn overall.
    found = inverted_alarm(700, 60, 300, 90)
    assert (round(found.flagged_share, 3), found.unflagged_share) == (0.086, 0.30)
    assert found.level == "alarm" and found.high < 0
    assert "wrong way" in found.evidence


@pytest.mark.parametrize(
    ("groups", "level"),
    [
        ((35, 3, 20, 6), "alarm"),
        ((35, 3, 10, 3), "watch"),
        ((20, 6, 35, 3), "none"),
        ((0, 0, 10, 3), None),
        ((10, 3, 0, 0), None),
        ((10, 0, 10, 0), "none"),
    ],
)
def test_the_alarm_is_as_loud_as_the_evidence(groups, level):
    found = inverted_alarm(*groups, SETTINGS)
    assert found.level == level and found.evidence


# Overrides

BANDS = {
    # accounts overridden of 100, and how many of them churned; of 400 others 10 % churned
    "told of leaving": ("down", 40, 20, "people better"),
    "a hunch": ("down", 40, 4, "not shown"),
    "wishes": ("up", 40, 20, "score better"),
    "explained": ("up", 100, 0, "people better"),
    "too few": ("up", 19, 19, "too few"),
}


@pytest.mark.parametrize("case", BANDS)
def test_overrides_are_judged_by_what_became_of_accounts_in_the_same_band(case):
    direction, n, churned, verdict = BANDS[case]
    band = {"n_overrides": n, "n_accounts": n, "n_churned": churned}
    others = {"n_others": 800, "n_other_accounts": 400, "n_others_churned": 80}
    (found,) = override_outcomes(
        pd.DataFrame([{"direction": direction, "band": "moderate", **band, **others}]), SETTINGS
    ).to_dict("records")
    assert (found["verdict"], found["other_churn_share"]) == (verdict, 0.1)
    assert found["churn_share"] == churned / n
    assert found["difference_low"] < found["difference"] < found["difference_high"]


def test_others_count_by_band_as_the_overridden_do():
    rows = pd.DataFrame(
        {
            "direction": "down",
            "band": ["healthy", "moderate", "nobody else"],
            "n_overrides": [30, 10, 5],
            "n_accounts": 40,
            "n_churned": [3, 2, 5],
            "n_others": [1000, 1000, 0],
            "n_other_accounts": [100, 100, 0],
            "n_others_churned": [100, 300, 0],
        }
    )
    (found,) = override_outcomes(rows, SETTINGS).to_dict("records")
    assert found["other_churn_share"] == pytest.approx(0.75 * 0.1 + 0.25 * 0.3)
    assert found["n_other_accounts"] == 200
    # both sides are of the same bands
    assert (found["n_overrides"], found["churn_share"]) == (40, 5 / 40)
    assert found["evidence"].startswith("5 of 40 downgrades (12.5%, of 40 accounts) were followed")
    alone = override_outcomes(rows.tail(1).assign(n_accounts=0), SETTINGS)
    assert alone["verdict"].item() == "too few" and alone["other_churn_share"].isna().item()


# Bootstrap over accounts


def test_repeated_dates_do_not_narrow_an_interval():
    once = good(months=1)
    often = pd.concat(
        [once.assign(as_of_date=date) for date in pd.date_range("2023-01-31", periods=12)]
    )
    alone, repeated = (auc_draws(rows, SETTINGS, "health_score")[0] for rows in (once, often))
    np.testing.assert_allclose(alone, repeated)


@pytest.mark.parametrize(
    ("limit", "value"), [(None, None), ("CELLS_AT_ONCE", 1000), ("LARGEST_EXACT", 0)]
)
def test_a_draw_is_the_auc_with_accounts_as_often_as_drawn(monkeypatch, limit, value):
    if limit:
        monkeypatch.setattr(bootstrap, limit, value)
    rows = good(n=80, months=3)
    rows = rows.drop(rows.index[::7])
    quick = Settings(n_draws=10)
    (draws,) = auc_draws(shuffled(rows), quick, "health_score")
    accounts, account = np.unique(rows["account_id"], return_inverse=True)
    rng = np.random.default_rng(quick.seed)
    for found in draws[1:]:
        drawn = rng.integers(0, len(accounts), len(accounts))
        weights = np.bincount(drawn, minlength=len(accounts))[account]
        expected = roc_auc_score(rows["is_churned"], -rows["health_score"], sample_weight=weights)
        assert found == pytest.approx(expected, abs=1e-12)


def test_shuffled_outcomes_have_an_auc_of_one_half_within_its_interval():
    covered = 0
    for seed in range(60):
        rows = with_shuffled_outcomes(good(n=120, months=4), seed)
        (draws,) = auc_draws(rows, SETTINGS, "health_score")
        low, high = quantile_limits(draws[1:], 0.95)
        covered += low <= 0.5 <= high
    assert covered >= 53


def test_draws_are_as_wide_as_samples_differ():
    samples = [
        roc_auc_score(rows["is_churned"], -rows["health_score"])
        for rows in (company(n=150, months=3, seed=seed, noise=1) for seed in range(0, 300, 3))
    ]
    (draws,) = auc_draws(company(n=150, months=3, noise=1), SETTINGS, "health_score")
    assert draws[1:].std() == pytest.approx(np.std(samples), rel=0.35)


# Comparison


def test_the_better_scorecard_wins_on_the_same_accounts():
    found = compare_scorecards(poor(), good(), SETTINGS)
    assert found["decision"] == "better"
    for letter, rows in (("a", poor()), ("b", good())):
        churned = rows["is_churned"]
        assert found[f"auc_{letter}"] == pytest.approx(
            roc_auc_score(churned, -rows["health_score"])
        )
        assert found[f"f1_{letter}"] == pytest.approx(f1_score(churned, rows["is_flagged"]))
    assert 0 < found["auc_low"] < found["auc_difference"] < found["auc_high"]
    assert compare_scorecards(good(), poor(), SETTINGS)["decision"] == "worse"


def test_a_scorecard_does_not_beat_itself():
    rows = good()
    itself = compare_scorecards(rows, rows, SETTINGS)
    assert (itself["decision"], itself["f1_probability"]) == ("no difference", 0.5)
    assert itself["mcnemar_p"] is None


def test_two_scorecards_that_hardly_differ_are_no_different_once_that_is_sure():
    rows, twin = good(n=400, noise=0.3), good(n=400, noise=0.31)
    found = compare_scorecards(rows, twin, SETTINGS)
    assert found["decision"] == "no difference", found["evidence"]
    for key, least in (("f1", 0.05), ("auc", 0.02)):
        assert -least < found[f"{key}_low"] <= found[f"{key}_high"] < least
        assert f"{found[f'{key}_low']:.3f} to {found[f'{key}_high']:.3f}" in found["evidence"]
    stricter = SETTINGS.model_copy(update={"least_auc_difference": 0.0001})
    assert compare_scorecards(rows, twin, stricter)["decision"] == "not decided yet"


def test_a_difference_below_the_least_effect_is_none_however_sure():
    strict = SETTINGS.model_copy(update={"least_f1_difference": 0.9, "least_auc_difference": 0.01})
    found = compare_scorecards(poor(), good(), strict)
    assert found["f1_probability"] == 1 and found["decision"] == "not decided yet"
    same = SETTINGS.model_copy(update={"least_f1_difference": 0.9, "least_auc_difference": 0.9})
    assert compare_scorecards(poor(), good(), same)["decision"] == "no difference"


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.floats(0.05, 2), st.floats(0.05, 2))
def test_turned_round_a_comparison_says_the_opposite(seed, noise, other):
    quick = Settings(n_draws=60)
    a, b = (company(n=90, months=3, seed=seed, noise=of) for of in (noise, other))
    there, back = compare_scorecards(a, b, quick), compare_scorecards(b, a, quick)
    opposite = {"better": "worse", "worse": "better"}
    assert back["decision"] == opposite.get(there["decision"], there["decision"])
    if there["decision"] in opposite:
        assert abs(there["f1_difference"]) >= quick.least_f1_difference


def test_a_variant_that_flags_better_but_ranks_worse_waits():
    rows = good()
    flags = rows["is_churned"] == 1
    ranks_worse = poor().assign(is_flagged=flags)
    found = compare_scorecards(rows, ranks_worse, SETTINGS)
    assert found["decision"] == "not decided yet" and "ranks worse" in found["evidence"]


def test_mcnemar_counts_each_churned_account_once():
    found = compare_scorecards(poor(months=2), good(months=2), SETTINGS)
    caught = [
        rows[rows["is_churned"] == 1].groupby("account_id")["is_flagged"].any()
        for rows in (poor(months=2), good(months=2))
    ]
    table = pd.crosstab(*caught).reindex(index=[False, True], columns=[False, True], fill_value=0)
    assert found["n_caught_by_a_only"] == table.loc[True, False]
    assert found["n_caught_by_b_only"] == table.loc[False, True]
    assert found["mcnemar_p"] == pytest.approx(mcnemar(table.to_numpy(), exact=True).pvalue)


def test_only_account_dates_that_both_scored_are_compared():
    a, b = poor(), good()
    a.loc[a["account_id"] < "a0010", "health_score"] = np.nan
    b = b[b["as_of_date"] < b["as_of_date"].max()]
    found = compare_scorecards(a, b, SETTINGS)
    assert (found["n_accounts"], found["n_account_dates"]) == (140, 140 * 7)


def test_two_scorecards_in_one_frame_are_refused():
    with pytest.raises(ValueError, match="several values of scorecard"):
        compare_scorecards(good(), pd.concat([good(), poor()]), SETTINGS)


# Label


def test_a_score_that_sees_well_is_predictive_and_order_does_not_matter():
    found = score_label(good(), poor(), SETTINGS)
    assert (found.label, found.reasons) == ("predictive", [])
    (draws,) = auc_draws(good(), SETTINGS, "health_score")
    assert found.figures["auc_low"] == pytest.approx(np.quantile(draws[1:], 0.05))
    again = score_label(shuffled(good()), shuffled(poor(), 3), SETTINGS)
    assert again == found


def test_the_label_goes_when_outcomes_are_shuffled():
    passed = 0
    for seed in range(40):
        rows, equal = (
            with_shuffled_outcomes(one, seed)
            for one in (good(n=100, months=2), poor(n=100, months=2))
        )
        passed += score_label(rows, equal, SETTINGS).label == "predictive"
    assert passed <= 3


def upside_down(rows: pd.DataFrame) -> pd.DataFrame:
    """Turn the score round."""
    score = 100 - rows["health_score"]
    return rows.assign(health_score=score, is_flagged=score < 45)


def as_old_as_loyal(rows: pd.DataFrame) -> pd.DataFrame:
    """Let tenure alone tell who churns, the wrong way round at that."""
    return rows.assign(tenure_days=rows["is_churned"] * 1000 + rows["tenure_days"] % 7)


@pytest.mark.parametrize(
    ("scored", "equal", "reason"),
    [
        (upside_down(good()), poor(), "the flags point the wrong way"),
        (upside_down(good()), poor(), "no better than chance"),
        (as_old_as_loyal(good()), poor(), "is not shown to beat tenure alone"),
        (good().assign(tenure_days=None), poor(), "tenure is known"),
        (good(n=40), poor(n=40), "40 accounts have a matured outcome"),
        (good().assign(is_churned=0), poor(), "0 of them churned"),
        (good().assign(is_churned=1), poor(), "nobody stayed"),
        (good().assign(health_score=50.0), poor(), "no better than chance"),
        (good().iloc[:0], poor(), "0 accounts have a matured outcome"),
    ],
)
def test_what_speaks_against_a_score_is_said(scored, equal, reason):
    found = score_label(scored, equal, SETTINGS)
    assert found.label == "heuristic"
    assert any(reason in one for one in found.reasons), found.reasons


def test_accounts_by_number_and_texts_as_categories_are_judged_alike():
    both = pd.concat([good(), poor()])
    coded = both.assign(
        account_id=pd.factorize(both["account_id"], sort=True)[0],
        **both[["scorecard", "segment"]].astype("category"),
    )
    ours, equal = (coded[coded["scorecard"] == name] for name in ("production", "equal"))
    assert score_label(ours, equal, SETTINGS) == score_label(good(), poor(), SETTINGS)
    assert compare_scorecards(equal, ours, SETTINGS) == compare_scorecards(poor(), good(), SETTINGS)
    found, expected = (monthly_figures(rows, rows, SETTINGS) for rows in (coded, both))
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def nudged(rows: pd.DataFrame) -> pd.DataFrame:
    """Move half of the scores by so little that it hardly changes the ranking."""
    return rows.assign(health_score=rows["health_score"] + 0.1 * (rows["tenure_days"] % 2))


@pytest.mark.parametrize(
    ("equal", "verdict", "evidence"),
    [
        (poor(), "better", "by equal weights, better with probability 1.00"),
        (nudged(good()), "no better shown", "better with probability 0."),
        (good(noise=0.01), "worse", "by equal weights, better with probability 0.0"),
        (good(), None, "scores every account as equal weights do"),
        (good().assign(health_score=np.nan), None, "have scored none of its account-dates"),
        (None, None, "no scorecard with equal weights"),
    ],
)
def test_whether_its_weights_beat_equal_ones_is_said_beside_the_label(equal, verdict, evidence):
    found = score_label(good(), equal, SETTINGS)
    assert (found.label, found.reasons) == ("predictive", [])
    assert found.figures.get("weights_verdict") == verdict
    assert evidence in found.figures["weights_evidence"]


def test_a_ranking_that_equal_weights_reach_too_is_predictive():
    rows = good(noise=0.05)
    found = score_label(rows, nudged(rows), SETTINGS)
    assert found.figures["auc"] > 0.95 and found.label == "predictive"
    assert found.figures["weights_verdict"] == "no better shown"


def test_a_scorecard_without_outcomes_in_the_year_is_reviewed_and_one_that_is_off_is_not():
    rows = pd.concat([good(scorecard="ours"), good(scorecard="retired"), poor()])
    rows["is_churned"] = rows["is_churned"] == 1
    cards = pd.DataFrame(
        [
            ("ours", "production", "correlation"),
            ("equal", "challenger", "equal"),
            ("silent", "challenger", "expert"),
            ("retired", "off", "expert"),
        ],
        columns=["scorecard", "role", "method"],
    )
    numbers = pd.read_csv(THRESHOLDS).set_index("threshold")["value"].to_frame().T
    due = pd.DataFrame({"review_date": [rows["matured_date"].max()]})
    found = labels_due(*map(duckdb.from_df, (due, rows, cards, numbers)))
    labels = found.set_index("scorecard")["score_label"].to_dict()
    assert labels == {"ours": "predictive", "equal": "predictive", "silent": "heuristic"}
    verdicts = found.set_index("scorecard")["weights_verdict"].dropna().to_dict()
    assert verdicts == {"ours": "better"}
    assert found.set_index("scorecard").loc["silent", "n_accounts"] == 0
