"""The bands of the policy as it is: the worked verdicts of its source, and who is flagged."""

from itertools import groupby

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


LIMITS = """
with limits as (
    select
        scorecard, valid_from, segment, lifecycle_stage, is_in_renewal_window,
        list([lower_bound, band_rank] order by lower_bound) as limits
    from intermediate.int_bands__in_force
    group by all
),

names as (
    select distinct scorecard, band, band_rank
    from intermediate.int_bands__in_force
)

select
    scores.scorecard, scores.account_id, scores.day_number, scores.health_score,
    scores.raw_band_rank, limits.limits, names.band_rank
from intermediate.int_scoring__health_scores as scores
inner join intermediate.int_scoring__steady_bands as steady
    using (scorecard, account_id, as_of_date)
left join limits
    on scores.scorecard = limits.scorecard and scores.bands_from = limits.valid_from
    and scores.segment = limits.segment and scores.lifecycle_stage = limits.lifecycle_stage
    and scores.is_in_renewal_window = limits.is_in_renewal_window
left join names on steady.scorecard = names.scorecard and steady.band = names.band
order by scores.scorecard, scores.account_id, scores.day_number
"""


def steady_ranks(days, margins, steady_days):
    """Walk through an account's days: the band of each follows from the one before."""
    given, last_day = None, None
    for place, (day, score, raw_rank, limits, _) in enumerate(days):
        if raw_rank is None:
            given = None
        elif given is None or day - last_day > steady_days + 6:
            given = raw_rank
        else:
            recent = [
                rank
                for other, _, rank, *_ in days[max(0, place - steady_days) : place + 1]
                if rank is not None and other > day - steady_days
            ]
            # lowest score of each rank or a better one, since a band may have no scores
            edges = [
                (min(limit for limit, other in limits if other >= rank), rank, margins[rank <= 3])
                for rank in range(2, int(limits[-1][1]) + 1)
            ]
            # the least that is sure, and the most that may still be
            least = max([rank for limit, rank, margin in edges if limit + margin <= score] or [1])
            most = min([rank - 1 for limit, rank, margin in edges if limit - margin > score] or [4])
            given = max(least, min(recent), min(given, max(recent), most))
        last_day = day
        yield given


def test_a_band_changes_past_a_margin_or_after_days_on_the_other_side(built_demo):
    [(*margins, days)] = query(
        built_demo.warehouse,
        """
        select band_margin_points, flagged_band_margin_points, band_steady_days
        from intermediate.int_policy__thresholds
        """,
    )
    rows = query(built_demo.warehouse, LIMITS)
    n_held = 0
    for key, group in groupby(rows, key=lambda row: row[:2]):
        of_account = [row[2:] for row in group]
        for row, expected in zip(
            of_account, steady_ranks(of_account, margins, int(days)), strict=True
        ):
            assert row[-1] == expected, (*key, *row)
            n_held += row[-1] != row[2]
    assert n_held > 100


def test_bands_reverse_far_less_often_than_raw_ones(built_demo):
    found = query(
        built_demo.warehouse,
        """
        select band_kind, sum(n_reversals), sum(n_changes)
        from marts.fct_band_stability group by band_kind order by band_kind
        """,
    )
    (_, reversals, changes), (_, raw_reversals, raw_changes) = found
    assert raw_reversals > 20
    assert reversals <= 0.3 * raw_reversals and changes < raw_changes
