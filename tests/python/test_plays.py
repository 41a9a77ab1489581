"""Effects of plays: a verdict where chance decided, and none where people did."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_health.plays import (
    ALL,
    EFFECTS,
    HELPS,
    HURTS,
    NOT_BY_CHANCE,
    NOT_SHOWN,
    PlaySettings,
    play_effects,
)
from customer_health.plays.matching import CELL, covariates, matched
from experiments.play_effects import CHANCE, FIGURES, HIDDEN, company

SETTINGS = PlaySettings()
SCORE, LOST = "score after 90 days", "lost within 180 days"


def found(rows: pd.DataFrame, play: str = "call") -> pd.DataFrame:
    effects = play_effects(rows, SETTINGS)
    return effects[effects["play"] == play].set_index("effect_on")


@pytest.fixture(scope="module")
def held_out() -> pd.DataFrame:
    return company(1, CHANCE, 6).rows


@pytest.mark.parametrize("points", [6, -6])
def test_a_planted_effect_is_found_and_said(points):
    made = company(2, CHANCE, points)
    effects = found(made.rows)
    for effect_on in (SCORE, LOST):
        effect = effects.loc[effect_on]
        assert effect["low"] <= made.planted[effect_on] <= effect["high"]
        assert effect["verdict"] == (HELPS if points > 0 else HURTS)
        assert pd.isna(effect["reason"])


def test_where_nothing_is_planted_nothing_is_shown():
    effects = found(company(3, CHANCE, 0).rows)
    assert effects["verdict"].tolist() == [NOT_SHOWN] * len(EFFECTS)
    assert set(effects["reason"]) == {"It may be chance."}


@pytest.mark.parametrize("given_by", [FIGURES, HIDDEN])
def test_what_people_chose_gets_no_verdict_whatever_it_looks_like(given_by):
    effects = found(company(4, given_by, 0).rows)
    assert set(effects["verdict"]) == {NOT_BY_CHANCE}
    assert effects["reason"].notna().all() and effects["matched_share"].gt(0.8).all()
    # both sides look alike, and yet it looks as if the play hurt
    assert effects["largest_difference"].lt(0.25).all()
    assert (effects.loc[SCORE, "high"] < -2) == (given_by == HIDDEN)


def test_few_accounts_say_nothing(held_out):
    few = held_out[held_out["account_id"] < 30]
    effects = found(few)
    assert set(effects["verdict"]) == {NOT_SHOWN}
    assert effects["effect"].isna().all()
    assert effects["reason"].str.contains("20 of each are needed").all()


def test_what_was_given_nevertheless_was_not_withheld(held_out):
    effects = found(held_out.assign(has_run=True))
    assert set(effects["reason"]) == {
        "What was held out got plays as often, so that nothing was withheld."
    }


def test_where_the_crm_knows_of_no_plays_the_verdict_goes_by_the_draw(held_out):
    assert found(held_out.assign(has_run=None)).loc[SCORE, "verdict"] == HELPS


def test_scores_of_those_who_are_left_do_not_speak_for_those_who_are_gone(held_out):
    gone = held_out["is_played"] & (held_out["account_id"] % 3 == 0)
    rows = held_out.assign(
        is_scored_90d=held_out["is_scored_90d"] & ~gone,
        score_change_90d=held_out["score_change_90d"].mask(gone),
    )
    effect = found(rows).loc[SCORE]
    assert effect["verdict"] == NOT_SHOWN and "not the same kind" in effect["reason"]


def test_a_rare_loss_is_too_few_to_judge_by(held_out):
    effect = found(held_out.assign(is_lost_90d=0.0)).loc["lost within 90 days"]
    assert effect["verdict"] == NOT_SHOWN and "Fewer than 5" in effect["reason"]


def test_without_a_holdout_the_row_says_so():
    effects = play_effects(company(5, FIGURES, 6).rows, SETTINGS)
    drawn = effects[effects["comparison"] == "held out"]
    assert drawn["play"].unique().tolist() == [ALL]
    assert drawn["reason"].unique().tolist() == ["No trigger was held out."]


def test_a_share_that_changes_is_no_effect(held_out):
    """Later triggers are held out more often, and go down more: counted alike, it would show."""
    later = held_out["month_start_date"] > "2024-06-30"
    random = np.random.default_rng(6)
    share = np.where(later, 0.5, 0.1)
    rows = held_out.assign(
        holdout_share=share,
        is_played=random.random(len(share)) >= share,
        score_change_90d=np.where(later, -20.0, 0.0) + random.normal(0, 5, len(share)),
        has_run=None,
    )
    assert found(rows).loc[SCORE, "verdict"] == NOT_SHOWN


@given(seed=st.integers(0, 10_000), caliper=st.floats(0.01, 1))
@settings(max_examples=10, deadline=None)
def test_a_match_is_of_the_same_cell_and_another_account(seed, caliper):
    rows = company(seed, FIGURES, 0, accounts=60).rows.sort_values("account_id", ignore_index=True)
    plays, others = matched(rows, covariates(rows), caliper)
    assert rows["is_played"][plays].all() and not rows["is_played"][others].any()
    assert (rows["account_id"].to_numpy()[plays] != rows["account_id"].to_numpy()[others]).all()
    cells = rows[CELL].to_numpy()
    assert (cells[plays] == cells[others]).all()


def test_the_order_of_rows_does_not_matter(held_out):
    shuffled = held_out.sample(frac=1, random_state=7)
    pd.testing.assert_frame_equal(found(held_out), found(shuffled))
