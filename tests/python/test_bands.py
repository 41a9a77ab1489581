"""The bands of the policy as it is: the worked verdicts of its source, and who is flagged."""

import pytest
from project import query

# D0's and D3's verdicts on a score of 70, and what decides
SEVENTY = {
    "default": ("contextual", "unknown", "unknown", "moderate", "default"),
    "smb": ("contextual", "smb", "unknown", "moderate", "segment"),
    "enterprise": ("contextual", "enterprise", "unknown", "healthy", "segment"),
    "onboarding": ("contextual", "unknown", "onboarding", "healthy", "stage"),
    "adoption": ("contextual", "unknown", "adoption", "healthy", "stage"),
    "maturity": ("contextual", "unknown", "maturity", "moderate", "stage"),
    "D3": ("d3", "unknown", "unknown", "yellow", "default"),
    # the stage goes before the segment
    "enterprise in maturity": ("contextual", "enterprise", "maturity", "moderate", "stage"),
}


def band_of(warehouse, band_set, segment, stage, score, is_near="false"):
    return query(
        warehouse,
        f"""
        select band, band_rule from intermediate.int_policy__bands
        where
            band_set = '{band_set}' and segment = '{segment}' and lifecycle_stage = '{stage}'
            and is_in_renewal_window = {is_near}
            and {score} >= lower_bound and {score} < upper_bound
        """,
    )


@pytest.mark.parametrize("place", SEVENTY)
def test_seventy_is_judged_as_the_sources_judge_it(built_demo, place):
    band_set, segment, stage, band, rule = SEVENTY[place]
    assert band_of(built_demo.warehouse, band_set, segment, stage, 70) == [(band, rule)]


def test_below_65_is_at_risk_before_a_renewal_even_if_it_is_healthy_else(built_demo):
    place = ("contextual", "enterprise", "onboarding")
    assert band_of(built_demo.warehouse, *place, 64.9) == [("healthy", "stage")]
    assert band_of(built_demo.warehouse, *place, 64.9, "true") == [("at_risk", "renewal")]
    assert band_of(built_demo.warehouse, *place, 65, "true") == [("moderate", "renewal")]


def test_each_score_is_published_with_the_rule_that_decided(built_demo):
    found = query(
        built_demo.warehouse,
        """
        select
            count(*) filter (where (band = 'insufficient data') <> (band_rule is null)),
            list(distinct band_rule order by band_rule) filter (where band_rule is not null)
        from marts.fct_health_scores
        """,
    )
    assert found == [(0, ["renewal", "stage"])]
