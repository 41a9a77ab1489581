"""Numbers of the right form that hardly mean what they say are refused, or warned of."""

import shutil
from pathlib import Path

import pytest
from project import PROJECT

from customer_health.policy import policy_problems

CURVE = ("metric_curves.csv", "active_seat_share_28d,all,all,0.9,100")
LEAVING = ("trigger_conditions.csv", "likely_to_leave,churn_probability_90d,at_least,0.2")
DECLINE = ("trigger_conditions.csv", "rapid_decline,change_30d,at_most,-15")
EURO = ("exchange_rates.csv", "EUR,1.08")
FILLED = ("vendor_columns.csv", "vendor,vendor_table,column_name,raw_column")


@pytest.fixture
def policy(tmp_path) -> Path:
    """Give a copy of the committed policy, to edit."""
    return Path(shutil.copytree(PROJECT / "seeds/policy", tmp_path / "seeds/policy"))


def problems(policy: Path, place: tuple[str, str], instead: str) -> tuple[list[str], list[str]]:
    """What is said of an edit of the row that begins as given."""
    file, before = place
    text = (policy / file).read_text(encoding="utf-8")
    assert text.count(before) == 1
    (policy / file).write_text(text.replace(before, instead), encoding="utf-8")
    return policy_problems(policy)


# (row as it is, instead, whether that is an error, what is said of it)
ODD = {
    "a percentage for a share": (
        CURVE, "active_seat_share_28d,all,all,90,100", True,
        "at_value 90 of 'active_seat_share_28d' stands for 9000%, as the whole is 1. Fix: write"
        " 0.9, if 90 % is meant.",
    ),
    "more than the whole": (
        CURVE, "active_seat_share_28d,all,all,1.5,100", False, "stands for 150%, as the whole is 1",
    ),
    "growth in per cent": (
        ("metric_curves.csv", "usage_trend_28d,all,all,0.25,100"),
        "usage_trend_28d,all,all,25,100", False, "Fix: write 0.25, if 25 % is meant.",
    ),
    "a rule with a percentage": (
        ("scoring_rules.csv", "rag,active_seat_share_28d,below,0.5"),
        "rag,active_seat_share_28d,below,50", True, "value 50 of 'active_seat_share_28d' stands",
    ),
    "a share with its sign": (
        CURVE, "active_seat_share_28d,all,all,90%,100", True,
        "at_value '90%' is not a number. Fix: write 0.9 for a share of 1, else 90 without %.",
    ),
    "a share of an hour's work in per cent": (
        ("tiers.csv", "0.4,daily"), "40,daily", True,
        "time_share 40 is outside what is allowed. Fix: write a number between 0 and 1, such as"
        " 0.4 for 40 %.",
    ),
    "a probability in per cent": (
        LEAVING, "likely_to_leave,churn_probability_90d,at_least,20", True,
        "churn_probability_90d is never 20. Fix: write a number between 0 and 1, such as 0.2 for"
        " 20 %.",
    ),
    "a probability with its sign": (
        LEAVING, "likely_to_leave,churn_probability_90d,at_least,20%", True,
        "Fix: write 0.2 for a share of 1",
    ),
    "a score that nobody can have": (
        ("trigger_conditions.csv", "at_risk,health_score,below,50"),
        "at_risk,health_score,below,500", True, "health_score is never 500. Fix: write a number"
        " between 0 and 100.",
    ),
    "a fall without its sign": (
        DECLINE, "rapid_decline,change_30d,at_most,15", False,
        "'rapid_decline' asks for change_30d at_most 15, which holds for most customers, even for"
        " some whose score rose. Fix: write -15, if a fall of 15 points is meant.",
    ),
    "a rise with the sign of a fall": (
        DECLINE, "rapid_decline,change_30d,at_least,-15", False,
        "some whose score fell. Fix: write 15, if a rise of 15 points is meant.",
    ),
    "a rate in cents": (
        EURO, "EUR,108", True, "rate 108 of EUR is not near what it is worth, about 1.1. Fix: write"
        " what one of it is worth in the currency that ARR is reported in, such as 1.08.",
    ),
    "a rate the other way round": (
        EURO, "EUR,1.08,ours\nJPY,150", True,
        "rate 150 of JPY is not near what it is worth, about 0.007. Fix: write what one of it is"
        " worth in the currency that ARR is reported in, such as 0.006667.",
    ),
    "a vendor that there is not": (
        FILLED, FILLED[1] + "\nsalesfroce,account,plan,Tier__c", True,
        "no vendor is called 'salesfroce'. Fix: write 'salesforce', if that is meant.",
    ),
    "a table that no model reads": (
        FILLED, FILLED[1] + "\nsalesforce,accounts,plan,Tier__c", True,
        "no model reads a table 'accounts' of salesforce. Fix: write 'account', if that is meant.",
    ),
    "a column that no model reads": (
        FILLED, FILLED[1] + "\nsalesforce,account,plann,Tier__c", True,
        "no model reads a column 'plann' of salesforce's account. Fix: write 'plan', if",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_an_odd_number_is_named_with_what_may_be_meant(policy, case):
    place, instead, is_error, message = ODD[case]
    errors, warnings = problems(policy, place, instead)
    named = errors if is_error else warnings
    assert len(named) == 1, (errors, warnings)
    assert named[0].startswith(f"seeds/policy/{place[0]}, row ")
    assert message in named[0]
    assert not (warnings if is_error else errors)


# (row as it is, instead): large numbers that can be right.
SOUND = {
    "a ratio above 1": (
        ("metric_curves.csv", "roi_ratio,all,all,3,"), "roi_ratio,all,all,30,",
    ),
    "long in a band without a rise": (
        ("trigger_conditions.csv", "amber_stalled,change_30d,at_most,5"),
        "amber_stalled,change_30d,at_most,10",
    ),
    "a currency that is worth little": (EURO, "EUR,1.08,ours\nJPY,0.0067"),
    "a column of a vendor's table": (FILLED, FILLED[1] + "\nsalesforce,account,plan,Tier__c"),
}  # fmt: skip


@pytest.mark.parametrize("case", SOUND)
def test_a_number_that_can_be_right_is_let_through(policy, case):
    assert problems(policy, *SOUND[case]) == ([], [])


def test_arr_may_be_reported_in_any_currency(policy):
    (policy / "exchange_rates.csv").write_text(
        "currency,rate,source\nJPY,1,ours\nUSD,150,ours\nEUR,162,ours\nKWD,490,ours\n"
    )
    assert policy_problems(policy) == ([], [])
