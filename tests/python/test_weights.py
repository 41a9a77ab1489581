"""Every version of the weights sums to 100, rests on what was known, and says why it is what it is.

The estimates themselves are held against other implementations in test_weights_estimates.py.
"""

import os
import re
import subprocess
import sys
import time
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from portfolios import (
    DIMENSIONS,
    EXPERT,
    NOTHING_BEFORE,
    SCORECARDS,
    SEGMENTS,
    SMALL,
    observations,
    quarters,
)
from project import PROJECT

from customer_health.methods import FITTED, METHODS
from customer_health.weights import FitSettings, fit_weights
from customer_health.weights.pooling import pooled, pooling_shares, proportional, stepped

pytestmark = pytest.mark.filterwarnings("error")

VERSION = ["scorecard", "segment", "valid_from"]
VERDICTS = ["include_verdict", "strength_verdict"]
NEVER_NULL = [
    "scorecard", "method", "segment", "valid_from", "dimension", "n_observations", "n_accounts",
    "n_churned_accounts", "pooling_share", "target_weight", "weight", "is_negative", "basis",
]  # fmt: skip


def fit(frame, policy=SMALL, due=None, previous=NOTHING_BEFORE, expert=EXPERT, cards=SCORECARDS):
    return fit_weights(frame, cards, expert, policy, quarters(3) if due is None else due, previous)


def weights_of(rows: pd.DataFrame, column: str = "weight", **where) -> pd.Series:
    """One version's weights by dimension, the newest if no date is given."""
    for name, value in where.items():
        rows = rows[rows[name] == value]
    rows = rows[rows["valid_from"] == rows["valid_from"].max()]
    return rows.set_index("dimension")[column].reindex(DIMENSIONS)


@cache
def ordinary() -> pd.DataFrame:
    """A fit of an ordinary portfolio on three dates."""
    return fit(observations(150))


portfolios = st.builds(
    observations,
    accounts=st.integers(1, 130),
    months=st.integers(1, 10),
    seed=st.integers(0, 10_000),
    churn=st.sampled_from([1e-9, 0.02, 0.1, 0.5, 1 - 1e-9]),
    effects=st.tuples(*[st.floats(-1, 1)] * 4),
    unknown=st.sampled_from([0.0, 0.3, 0.95, 1.0]),
    segments=st.sampled_from([("smb",), SEGMENTS, ("smb", "unknown"), (None, "smb")]),
)


# ------------------------------------------------------------------------------ what always holds


@settings(max_examples=25, deadline=None)
@given(frame=portfolios)
# by its own correlations no dimension of a segment has a weight
@example(frame=observations(94, 4, seed=84, churn=0.02, effects=(0, 0, 0, 0), unknown=0))
def test_every_version_is_whole_and_no_step_is_too_long(frame):
    rows = fit(frame)
    assert not rows[NEVER_NULL].isna().any(axis=None)
    assert rows["weight"].between(0, 100).all() and rows["target_weight"].between(0, 100).all()
    sums = rows.groupby(VERSION)[["weight", "target_weight"]].agg(["sum", "size"])
    np.testing.assert_allclose(sums.xs("sum", axis=1, level=1), 100, atol=1e-9)
    assert (sums.xs("size", axis=1, level=1) == len(DIMENSIONS)).all(axis=None)

    by_date = rows.pivot(
        index=["scorecard", "segment", "dimension"], columns="valid_from", values="weight"
    )
    start = by_date.index.get_level_values("dimension").map(EXPERT)
    by_date.insert(0, pd.Timestamp(0), start)
    longest = FitSettings().refit_step_points
    assert (by_date.diff(axis=1).abs().fillna(0) <= longest + 1e-9).all(axis=None)

    is_fitted = rows["basis"].str.startswith("fitted") | (rows["basis"] == "universal")
    is_plain = rows["basis"] == "fitted"
    assert (rows["fallback_reason"].isna() | ~is_plain).all()
    assert (rows["fallback_reason"].notna() | (rows["basis"] != "universal")).all()
    by_correlation = rows[is_fitted & (rows["method"] == "correlation")]
    assert (by_correlation["target_weight"][by_correlation["is_negative"]] == 0).all()


@settings(max_examples=10, deadline=None)
@given(frame=portfolios, seed=st.integers(0, 100))
def test_the_order_of_rows_changes_nothing_to_the_last_bit(frame, seed):
    shuffled = frame.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(fit(frame), fit(shuffled), check_exact=True)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(-1, 1), min_size=4, max_size=4),
    st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_the_order_of_weights_follows_that_of_correlations(r, is_fitted):
    r, is_fitted = np.round(r, 9), np.array(is_fitted)
    expert = np.array(list(EXPERT.values()))
    weights = proportional(r, expert, is_fitted)
    if not (r[is_fitted] > 0).any():
        assert weights is None
        return
    assert weights.sum() == pytest.approx(100, abs=1e-9)
    assert (weights[~is_fitted] == expert[~is_fitted]).all()
    by_r = np.argsort(r[is_fitted])
    assert (np.diff(weights[is_fitted][by_r]) >= -1e-12).all()
    assert (weights[is_fitted & (r <= 0)] == 0).all()


@settings(max_examples=5, deadline=None)
@given(factor=st.floats(0.1, 0.7), shift=st.floats(0, 30), seed=st.integers(0, 100))
def test_another_scale_of_a_dimension_leaves_weights_by_correlation_alone(factor, shift, seed):
    frame = observations(100, seed=seed)
    cards = SCORECARDS[SCORECARDS["method"] == "correlation"]
    other = frame.assign(usage_score=frame["usage_score"] * factor + shift)
    columns = ["correlation", "correlation_low", "correlation_high", "target_weight", "weight"]
    np.testing.assert_allclose(
        fit(frame, cards=cards)[columns], fit(other, cards=cards)[columns], atol=1e-6
    )


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 100))
def test_rows_that_are_there_twice_narrow_no_interval(seed):
    frame = observations(100, seed=seed)
    once, twice = fit(frame), fit(pd.concat([frame, frame]))
    assert (twice["n_observations"] == 2 * once["n_observations"]).all()
    columns = ["n_accounts", "n_churned_accounts", "correlation_low", "correlation_high"]
    columns += ["somers_d"]
    np.testing.assert_allclose(once[columns].astype(float), twice[columns].astype(float), atol=1e-6)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=8),
    st.lists(st.floats(0, 1), min_size=8, max_size=8),
    st.floats(0.5, 120),
)
def test_a_step_goes_straight_to_the_target_as_far_as_it_may(before, wanted, most):
    before, wanted = np.array(before) + 0.01, np.array(wanted[: len(before)]) + 0.01
    before, wanted = 100 * before / before.sum(), 100 * wanted / wanted.sum()
    after = stepped(before, wanted, most)
    farthest = np.abs(wanted - before).max()
    assert after.sum() == pytest.approx(100, abs=1e-9)
    assert np.abs(after - before).max() == pytest.approx(min(farthest, most), abs=1e-9)
    # each dimension the same share of its way
    share = min(1, most / farthest) if farthest else 1
    np.testing.assert_allclose(after - before, share * (wanted - before), atol=1e-9)


# ---------------------------------------------------------------------------------- segments


@settings(max_examples=50, deadline=None)
@given(st.floats(-1, 1), st.floats(-1, 1), st.integers(1, 5000))
def test_a_pooled_estimate_lies_between_its_two_sources(own, universal, accounts):
    def estimate(n_accounts: int) -> float:
        shares = pooling_shares(np.array([n_accounts]), np.array([True]), 200)
        return pooled(np.array([own]), np.array([universal]), shares)[0]

    assert min(own, universal) - 1e-12 <= estimate(accounts) <= max(own, universal) + 1e-12
    assert abs(estimate(accounts + 1) - own) <= abs(estimate(accounts) - own) + 1e-12
    assert estimate(200) == pytest.approx((own + universal) / 2, abs=1e-12)


def test_segments_have_their_own_weights_as_far_as_their_size_goes():
    # in one segment usage tells, in the other support
    one = observations(120, seed=1, effects=(1.0, 0.1, 0.0, 0.0), segments=("smb",))
    other = observations(60, seed=2, effects=(0.0, 0.1, 1.0, 0.0), segments=("enterprise",))
    other["account_id"] += " of the other"
    rows = fit(pd.concat([one, other]), {**SMALL, "refit_step_points": 100})
    by_segment = {
        segment: weights_of(rows, "target_weight", scorecard="correlation", segment=segment)
        for segment in ("universal", "smb", "enterprise")
    }
    assert by_segment["smb"]["usage"] > by_segment["universal"]["usage"] + 5
    assert by_segment["enterprise"]["support"] > by_segment["universal"]["support"] + 5
    newest = rows[rows["valid_from"] == rows["valid_from"].max()]
    for scorecard in ("correlation", "regression"):
        basis = weights_of(rows, "basis", scorecard=scorecard, segment="smb")
        assert (basis == "fitted, pooled with universal").all()

    columns = ["correlation", "n_accounts", "pooling_share", "pooled_correlation", "target_weight"]
    of_segment, of_all = (
        newest[(newest["scorecard"] == "correlation") & (newest["segment"] == segment)]
        .set_index("dimension")[columns]
        for segment in ("smb", "universal")
    )  # fmt: skip
    share = of_segment["n_accounts"] / (of_segment["n_accounts"] + SMALL["pooling_accounts"])
    expected = share * of_segment["correlation"] + (1 - share) * of_all["correlation"]
    np.testing.assert_allclose(of_segment["pooling_share"], share)
    np.testing.assert_allclose(of_segment["pooled_correlation"], expected)
    positive = expected.clip(lower=0)
    np.testing.assert_allclose(of_segment["target_weight"], 100 * positive / positive.sum())


@pytest.mark.parametrize(
    ("accounts", "segments", "policy", "reason"),
    [
        # smb has 45 of 90 accounts, enterprise the others
        (90, ("smb", "enterprise"), {}, None),
        (90, ("smb", "enterprise"), {"hybrid_portfolio_accounts": 91,
                                     "segment_portfolio_accounts": 91},
         "90 accounts overall, 91 needed before segments differ"),
        (90, ("smb", "enterprise"), {"segment_accounts": 45},
         "45 accounts in the segment, more than 45 needed"),
        (90, ("smb", "enterprise"), {"segment_accounts": 44}, None),
        (90, ("smb", "enterprise"), {"segment_accounts": 45, "segment_portfolio_accounts": 90},
         None),
        (90, ("smb", "enterprise"), {"minimum_outcomes": 46},
         "in the segment: 45 accounts with a matured outcome, 46 needed"),
        (90, ("unknown", None), {}, "accounts without a segment have the universal weights"),
    ],
)  # fmt: skip
def test_segments_fall_back_to_the_universal_weights(accounts, segments, policy, reason):
    frame = observations(accounts, seed=3, segments=segments, unknown=0, churn=0.1)
    rows = fit(frame, SMALL | policy, due=["2030-01-01"])
    segment = next(name for name in rows["segment"] if name != "universal")
    for scorecard in ("correlation", "regression"):
        of_segment = rows[(rows["scorecard"] == scorecard) & (rows["segment"] == segment)]
        if reason is None:
            assert (of_segment["basis"] == "fitted, pooled with universal").all()
            assert of_segment["fallback_reason"].isna().all()
            continue
        assert (of_segment["basis"] == "universal").all()
        assert (of_segment["fallback_reason"] == reason).all()
        assert (of_segment["pooling_share"] == 0).all()
        universal = rows[(rows["scorecard"] == scorecard) & (rows["segment"] == "universal")]
        for column in ("target_weight", "weight", "pooled_correlation"):
            assert of_segment[column].tolist() == universal[column].tolist()


def test_a_dimension_that_a_segment_does_not_know_is_judged_by_all_accounts():
    frame = observations(120, seed=4, segments=("smb", "enterprise"), unknown=0)
    frame.loc[frame["segment"] == "smb", "usage_score"] = np.nan
    rows = fit(frame)
    assert weights_of(rows, "basis", scorecard="correlation", segment="smb").to_dict() == {
        "usage": "universal",
        "engagement": "fitted, pooled with universal",
        "support": "fitted, pooled with universal",
        "value": "fitted, pooled with universal",
    }
    reason = weights_of(rows, "fallback_reason", scorecard="regression", segment="smb")["usage"]
    assert reason == "in the segment: the score is unknown for every account"
    for column in ("pooled_correlation", "coefficient"):
        of_segment, of_all = (
            weights_of(rows, column, scorecard="regression", segment=segment)["usage"]
            for segment in ("smb", "universal")
        )
        assert of_segment == of_all > 0


# ---------------------------------------------------------------------------- too little evidence


def constant(frame):
    return frame.assign(usage_score=50.0)


def missing(frame):
    return frame.assign(usage_score=np.nan)


def without_column(frame):
    return frame.drop(columns="usage_score")


def known_for_few(frame):
    few = [f"account {number}" for number in range(10)]
    return frame.assign(usage_score=frame["usage_score"].where(frame["account_id"].isin(few)))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (constant, "every known score is the same"),
        (missing, "the score is unknown for every account"),
        (without_column, "the score is unknown for every account"),
        (known_for_few, "where the score is known: 10 accounts with a matured outcome, 20 needed"),
    ],
)
def test_a_dimension_without_evidence_keeps_its_expert_weight(spoil, reason):
    rows = fit(spoil(observations(100, seed=6, unknown=0)))
    for scorecard in ("correlation", "regression"):
        for segment in ("universal", "smb"):
            where = {"scorecard": scorecard, "segment": segment}
            assert weights_of(rows, **where)["usage"] == pytest.approx(EXPERT["usage"])
            assert weights_of(rows, "basis", **where)["usage"] == "expert"
            assert weights_of(rows, "fallback_reason", **where)["usage"].startswith(reason)
            assert (weights_of(rows, "basis", **where)[1:] != "expert").all()


def nothing(frame):
    return frame.iloc[:0]


def no_columns(frame):
    return pd.DataFrame()


def one_account(frame):
    return frame[frame["account_id"] == "account 0"]


def one_row(frame):
    return frame.iloc[:1]


def no_churn(frame):
    return frame.assign(is_retained=1)


def all_churn(frame):
    return frame.assign(is_retained=0)


def not_matured(frame):
    return frame.assign(matured_date=pd.Timestamp("2031-01-01"))


def never_matured(frame):
    return frame.assign(matured_date=pd.NaT)


def all_unknown(frame):
    return frame.assign(**{f"{dimension}_score": np.nan for dimension in DIMENSIONS})


def upside_down(frame):
    return frame.assign(**{f"{dimension}_score": 50 - 10.0 * frame["is_retained"]
                           for dimension in DIMENSIONS})  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (nothing, "no outcome has matured yet"),
        (no_columns, "no outcome has matured yet"),
        (not_matured, "no outcome has matured yet"),
        (never_matured, "no outcome has matured yet"),
        (one_account, "1 account with a matured outcome, 20 needed; 0 accounts churned, 4 needed"),
        (one_row, "1 account with a matured outcome, 20 needed; 0 accounts churned, 4 needed"),
        (no_churn, "0 accounts churned, 4 needed"),
        (all_churn, "every matured outcome is a churn, so there is nothing to compare with"),
        (all_unknown, "the score is unknown for every account"),
        (upside_down, "no dimension is found to go with retention"),
    ],
)
def test_without_evidence_the_experts_weights_hold_and_the_row_says_why(spoil, reason):
    frame = observations(60, seed=8)
    frame.loc[frame["account_id"] == "account 0", "is_retained"] = 1
    rows = fit(spoil(frame), due=["2030-01-01"])
    for scorecard in ("correlation", "regression"):
        for segment in rows["segment"].unique():
            where = {"scorecard": scorecard, "segment": segment}
            assert weights_of(rows, **where).to_dict() == EXPERT
            assert (weights_of(rows, "basis", **where) == "expert").all()
            assert (weights_of(rows, "fallback_reason", **where) == reason).all()


def test_copies_of_a_dimension_have_equal_weights():
    frame = observations(100, seed=9, unknown=0)
    rows = fit(
        frame.assign(engagement_score=frame["usage_score"]), SMALL | {"refit_step_points": 100}
    )
    for scorecard in ("correlation", "regression"):
        weights = weights_of(rows, scorecard=scorecard, segment="universal")
        assert weights["usage"] == pytest.approx(weights["engagement"], rel=1e-6)
        importance = weights_of(
            rows, "relative_importance", scorecard=scorecard, segment="universal"
        )
        assert importance["usage"] == pytest.approx(importance["engagement"], rel=1e-6)


def test_a_perfect_predictor_has_an_interval_and_all_the_weight():
    frame = observations(60, seed=8, unknown=0)
    frame = frame.assign(usage_score=50 + 10.0 * frame["is_retained"], support_score=np.nan)
    usage = fit(frame).query("dimension == 'usage' and segment == 'universal'").iloc[-1]
    for figure in ("correlation", "somers_d"):
        assert (usage[figure], usage[f"{figure}_low"], usage[f"{figure}_high"]) == (1, 1, 1)
    assert (usage["include_verdict"], usage["strength_verdict"]) == ("include", "strong")


# ------------------------------------------------------------------------------- the other columns


def test_what_is_not_fitted_has_its_weights_by_sql():
    macro = (PROJECT / "macros" / "unfitted_weights.sql").read_text()
    assert set(re.findall(r"^ +'(\w+)':", macro, re.MULTILINE)) == set(METHODS) - set(FITTED)


@pytest.mark.parametrize(
    ("d", "include", "strength"),
    [
        (0.61, "include", "strong"),
        (0.6, "include", "moderate"),
        (0.51, "include", "moderate"),
        (0.5, "consider", "moderate"),
        (0.4, "consider", "moderate"),
        (0.39, "consider", "weak"),
        (0.3, "consider", "weak"),
        (0.29, "skip", "weak"),
        (-0.7, "skip", "weak"),
    ],
)
def test_verdicts_are_those_of_d0_by_somers_d(d, include, strength):
    from customer_health.weights.versions import _verdicts

    names = ("usage", "support")
    found = _verdicts(np.array([d, d]), names, FitSettings(strategic_keep={"support"}))
    kept = "keep" if include == "skip" else include
    assert found["include_verdict"].tolist() == [include, kept]
    assert found["strength_verdict"].tolist() == [strength, strength]


def test_verdicts_go_by_somers_d_and_weights_by_the_correlation():
    rows = ordinary()
    by_d = rows[rows["segment"] == "universal"]
    policy = FitSettings()
    assert (
        (by_d["include_verdict"] != "skip")
        == (by_d["pooled_somers_d"] >= policy.skip_below_somers_d)
    ).all()
    assert (rows["is_negative"] == (rows["pooled_correlation"] < 0)).all()
    # few churn, so the correlation of a dimension that ranks well is small
    usage = by_d[(by_d["dimension"] == "usage") & (by_d["scorecard"] == "correlation")].iloc[-1]
    assert usage["somers_d"] > usage["correlation"] + 0.1
    assert usage["somers_d_low"] < usage["somers_d"] < usage["somers_d_high"]
    in_segment = rows[rows["basis"] == "fitted, pooled with universal"]
    both = in_segment.merge(
        by_d, on=["scorecard", "valid_from", "dimension"], suffixes=("", "_of_all")
    )
    share = both["pooling_share"]
    np.testing.assert_allclose(
        both["pooled_somers_d"],
        share * both["somers_d"] + (1 - share) * both["somers_d_of_all"],
    )


def test_there_is_no_verdict_on_what_was_not_measured():
    rows = fit(missing(observations(60)))
    usage = rows[rows["dimension"] == "usage"]
    assert (
        usage[["include_verdict", "strength_verdict", "correlation", "somers_d"]]
        .isna()
        .all(axis=None)
    )
    assert not usage["is_negative"].any()


def test_only_the_regression_has_coefficients_and_its_weights_follow_them():
    rows = ordinary()
    assert rows.loc[rows["method"] != "regression", "coefficient"].isna().all()
    fitted = rows[(rows["method"] == "regression") & (rows["basis"] == "fitted")]
    assert len(fitted)
    shares = fitted["coefficient"] / fitted.groupby("valid_from")["coefficient"].transform("sum")
    np.testing.assert_allclose(fitted["target_weight"], 100 * shares)


def test_relative_importance_sums_to_1():
    rows = ordinary().dropna(subset="relative_importance")
    assert len(rows)
    np.testing.assert_allclose(rows.groupby(VERSION)["relative_importance"].sum(), 1, atol=1e-12)


def test_a_column_has_its_type_also_where_it_is_empty():
    filled = ordinary().dtypes
    pd.testing.assert_series_equal(fit(no_columns(None)).dtypes, filled)
    pd.testing.assert_series_equal(fit(observations(60), due=[]).dtypes, filled)


# ---------------------------------------------------------------------------- walking forward


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000), cut=st.integers(0, 3))
def test_what_matured_after_a_date_changes_nothing_about_it(seed, cut):
    frame = observations(90, seed=seed)
    due = quarters(4)
    is_later = frame["matured_date"] > pd.Timestamp(due[cut])
    wild = frame[is_later].copy()
    wild["is_retained"] = 1 - wild["is_retained"]
    wild["usage_score"] = 100 - wild["usage_score"]
    wild["segment"] = "brand new"
    strangers = wild.assign(account_id="a " + wild["account_id"])
    altered = pd.concat([wild, strangers, frame[~is_later]])
    before = fit(frame, due=due[: cut + 1])
    pd.testing.assert_frame_equal(before, fit(frame[~is_later], due=due[: cut + 1]))
    after = fit(altered, due=due)
    after = after[after["valid_from"] <= pd.Timestamp(due[cut])].reset_index(drop=True)
    pd.testing.assert_frame_equal(before, after, check_exact=True)


def test_a_label_counts_from_the_day_it_matures():
    frame = observations(60)
    first = frame["matured_date"].min()
    rows = fit(frame, due=[first - pd.Timedelta(days=1), first])
    usable = rows[rows["segment"] == "universal"].groupby("valid_from")["n_accounts"].max()
    assert usable.tolist()[0] == 0
    assert usable.tolist()[1] > 50


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_walk_in_two_parts_ends_where_a_walk_in_one_does(cut):
    frame, due = observations(150), quarters(4, after_days=100)
    whole = fit(frame, due=due)
    first = fit(frame, due=due[:cut])
    newest = first[first["valid_from"] == first["valid_from"].max()]
    second = fit(frame, due=due[cut:], previous=newest)
    parts = pd.concat([first, second]).sort_values(
        ["scorecard", "valid_from", "segment", "dimension"], ignore_index=True
    )
    pd.testing.assert_frame_equal(whole, parts, check_exact=True)


def test_a_new_segment_starts_from_the_weights_it_had():
    frame = observations(150)
    due = quarters(3)
    old = frame["matured_date"] <= pd.Timestamp(due[1])
    frame["segment"] = frame["segment"].where(old, "new")
    rows = fit(frame, due=due)
    new = rows[(rows["segment"] == "new") & (rows["scorecard"] == "correlation")]
    assert new["valid_from"].unique().tolist() == [pd.Timestamp(due[2])]
    before = weights_of(
        rows[rows["valid_from"] < pd.Timestamp(due[2])],
        scorecard="correlation",
        segment="universal",
    )
    moved = (new.set_index("dimension")["weight"] - before).abs()
    assert moved.max() <= FitSettings().refit_step_points + 1e-9


def test_a_dimension_that_is_gone_leaves_its_weight_to_the_others():
    first = fit(observations(100), due=quarters(1))
    expert = {"usage": 50.0, "engagement": 30.0, "support": 20.0}
    frame = observations(100).drop(columns="value_score")
    rows = fit(frame, due=quarters(2)[1:], previous=first, expert=expert)
    of = {"scorecard": "correlation", "segment": "universal"}
    before = weights_of(first, **of)[["usage", "engagement", "support"]]
    moved = weights_of(rows, **of).dropna() - 100 * before / before.sum()
    assert moved.abs().max() <= FitSettings().refit_step_points + 1e-9


# ----------------------------------------------------------------------------------- row cap, cost


def test_beyond_the_row_cap_whole_accounts_are_drawn_and_every_row_says_so():
    frame = observations(150)
    rows = fit(frame, SMALL | {"fit_row_cap": 400}, due=["2030-01-01"])
    universal = rows[(rows["segment"] == "universal") & (rows["scorecard"] == "correlation")]
    n_drawn = int(universal["n_accounts"].max())
    assert 20 < n_drawn < 100
    assert universal["n_observations"].max() <= 400
    assert (
        rows["note"] == f"fitted on {n_drawn} of 150 accounts, drawn by a hash of their ids: "
        f"{len(frame)} observations are more than 400"
    ).all()
    # accounts that are not drawn do not matter, and which they are does not hang on the order
    shuffled = fit(
        frame.sample(frac=1, random_state=1), SMALL | {"fit_row_cap": 400}, due=["2030-01-01"]
    )
    pd.testing.assert_frame_equal(rows, shuffled, check_exact=True)
    assert fit(frame, due=["2030-01-01"])["note"].isna().all()


def test_five_thousand_accounts_and_eight_quarters_take_seconds():
    dimensions = (*DIMENSIONS, "relationship", "sentiment", "financial")
    frame = observations(
        5000, months=24, churn=0.01, dimensions=dimensions, effects=(1, 0.8, 0.6, 0.4, 0.2, 0, -0.1)
    )
    due = quarters(8)
    started = time.process_time()
    rows = fit_weights(frame, SCORECARDS, EXPERT, {}, due, NOTHING_BEFORE)
    seconds = time.process_time() - started
    print(f"{len(frame)} observations, {len(rows)} rows of weights: {seconds:.1f} s")
    assert len(rows) == len(FITTED) * 4 * len(due) * len(dimensions)
    assert seconds < 10


def test_nothing_to_fit_loads_neither_scipy_nor_scikit_learn():
    code = (
        "import sys, pandas as pd; from customer_health.weights import fit_weights; "
        "cards = pd.DataFrame({'scorecard': ['a'], 'method': ['regression']}); "
        "fit_weights(pd.DataFrame(), cards, {'usage': 100}, {}, ['2024-01-01'], pd.DataFrame()); "
        "print({'scipy', 'sklearn'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "set()"


# -------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ({"segment_accounts": 99.5}, "segment_accounts\n.*valid integer"),
        ({"minimum_accounts": 5}, "minimum_accounts\n.*not permitted"),
    ],
)
def test_settings_that_are_none_are_refused(policy, message):
    with pytest.raises(ValueError, match=message):
        fit(observations(5), policy)


def test_settings_may_come_as_the_policy_files_hold_them():
    assert FitSettings.of({"minimum_outcomes": 60.0, "warning_days": 1.0}) == FitSettings(
        minimum_outcomes=60
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"is_retained": 2}, "is_retained holds something else than 0 and 1.* Fix: "),
        ({"is_retained": np.nan}, "is_retained holds something else than 0 and 1.* Fix: "),
        ({"account_id": None}, "has no account_id.* Fix: "),
        ({"usage_score": np.inf}, "infinite.* Fix: "),
    ],
)
def test_observations_that_are_no_labelled_scores_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        fit(observations(5).assign(**change))


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="no column segment, is_retained. Fix: "):
        fit(observations(5).drop(columns=["segment", "is_retained"]))


@pytest.mark.parametrize(
    ("cards", "message"),
    [
        ([("a", "guess")], "'a' has the method 'guess'. Fix: use one of correlation, regression"),
        ([("a", "correlation"), ("a", "regression")], "'a' is there twice. Fix: keep one"),
    ],
)
def test_scorecards_that_cannot_be_fitted_are_refused(cards, message):
    with pytest.raises(ValueError, match=message):
        fit(observations(5), cards=pd.DataFrame(cards, columns=["scorecard", "method"]))


@pytest.mark.parametrize("expert", [{"usage": 90}, {"usage": 120, "value": -20}, {}])
def test_expert_weights_that_do_not_sum_to_100_are_refused(expert):
    with pytest.raises(ValueError, match="Fix: make them sum to 100"):
        fit(observations(5), expert=expert)
