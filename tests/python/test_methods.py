"""Methods beside the weighted mean: places among others, and all of them in one build."""

import csv
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from project import PROJECT, build, copy_project, make_demo, query
from scipy.stats import rankdata

from customer_health.methods import METHODS, WEIGHTED

POLICY = PROJECT / "seeds/policy"
DAY = "2025-01-31"
# presets by points, which need measures that the demo does not deliver
PRESETS = ("api_platform", "marketplace")
# scores in halves, so that some tie
SCORES = st.lists(st.integers(0, 200).map(lambda half: half / 2), min_size=1, max_size=40)


def worth(share: float) -> float:
    """What a place is worth by percentile_bands.csv, read as a person would."""
    with (POLICY / "percentile_bands.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            low, high = float(row["from_share"]), float(row["to_share"])
            if low <= share < high:
                ends = float(row["from_score"]), float(row["to_score"])
                return float(np.interp(share, [low, high], ends))
    raise AssertionError(f"{share} is in no band")


@pytest.fixture(scope="module")
def places(built_demo) -> Callable[[list[tuple]], dict]:
    """The model of percentiles, as the last build made it, over means that a test makes up."""
    ((sql,),) = query(
        built_demo.warehouse,
        "select sql from duckdb_views() where view_name = 'int_methods__percentile'",
    )
    connection = duckdb.connect()
    connection.execute("create schema policy; create schema intermediate")
    connection.execute(
        f"""
        create table policy.percentile_bands as
        select * from read_csv('{POLICY / "percentile_bands.csv"}');
        create table policy.scorecards as
        select 'place' as scorecard, 'shadow' as role, 'portfolio_percentile' as method,
            'mean' as starts_from;
        create table intermediate.int_policy__thresholds as
        select 5 as minimum_peer_accounts, 0.6 as minimum_coverage_share;
        create table intermediate.int_methods__weighted_mean (
            scorecard varchar, account_id varchar, as_of_date date, segment varchar,
            lifecycle_stage varchar, score double, score_low double, score_high double,
            account_coverage double
        )
        """
    )
    connection.execute(sql)

    def placed(means: list[tuple]) -> dict:
        """Score, lowest and highest of each account; means likewise."""
        connection.execute("delete from intermediate.int_methods__weighted_mean")
        connection.executemany(
            "insert into intermediate.int_methods__weighted_mean values"
            f" ('mean', ?, '{DAY}', 'smb', 'maturity', ?, ?, ?, 1)",
            [[str(number), *mean] for number, mean in enumerate(means)],
        )
        found = connection.execute(
            "select account_id, score, score_low, score_high"
            " from intermediate.int_methods__percentile"
        ).fetchall()
        return {int(account): scores for account, *scores in found}

    return placed


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(scores=SCORES)
def test_a_place_is_the_share_of_those_below_and_of_half_of_those_that_tie(places, scores):
    found = places([(score, score, score) for score in scores])
    shares = (rankdata(scores, "average") - 0.5) / len(scores)
    for number, share in enumerate(shares):
        # a share on a limit may come out a bit below it
        either = {worth(share), worth(min(share + 1e-12, 1 - 1e-12))}
        assert any(abs(found[number][0] - value) < 1e-9 for value in either)


@settings(deadline=None, max_examples=40)
@given(scores=SCORES)
def test_no_more_than_their_share_of_the_accounts_reach_a_band(places, scores):
    distinct = sorted(set(scores))
    found = places([(score, score, score) for score in distinct])
    n = len(distinct)
    for limit, share in [(90, 0.2), (70, 0.5), (50, 0.8)]:
        reached = sum(score >= limit for score, *_ in found.values())
        assert abs(reached - share * n) <= 0.5 + 1e-9


@settings(deadline=None, max_examples=40)
@given(scores=SCORES, spread=st.integers(0, 30))
def test_the_range_holds_the_place_and_is_where_its_ends_would_stand(places, scores, spread):
    means = [(score, max(score - spread, 0), min(score + spread, 100)) for score in scores]
    found = places(means)
    for number, (_, low, high) in enumerate(means):
        score, least, most = found[number]
        assert least <= score <= most
        others = [score for other, score in enumerate(scores) if other != number]
        at_least = (sum(other < low for other in others) + 0.5) / len(scores)
        at_most = (sum(other <= high for other in others) + 0.5) / len(scores)
        assert least == pytest.approx(worth(at_least), abs=1e-6) or at_least in (0.2, 0.5, 0.8)
        assert most == pytest.approx(worth(at_most), abs=1e-6) or at_most in (0.2, 0.5, 0.8)


def switched_on(policy: Path, production: str) -> None:
    """Give all scorecards of the release but presets a role, one of them production."""
    path = policy / "scorecards.csv"
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        is_preset = row["method"] in WEIGHTED or row["scorecard"].startswith(PRESETS)
        if row["role"] != "off" or not is_preset:
            row["role"] = "production" if row["scorecard"] == production else "challenger"
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def every_method(tmp_path_factory) -> Path:
    """A company scored by every method: the traffic light in production, and two rules more."""
    folder = tmp_path_factory.mktemp("methods")
    project = copy_project(folder / "project")
    policy = project / "seeds/policy"
    switched_on(policy, "rag")
    with (policy / "scoring_rules.csv").open("a", encoding="utf-8") as lines:
        lines.write("points,registered_users,at_least,1,points,5,test\n")
        lines.write("hybrid,active_seat_share_28d,at_least,0,floor,44,test\n")
    raw = make_demo(folder / "demo", accounts=30, months=7, events=20_000)
    return build(folder / "warehouse.duckdb", project=project, is_edited=False, raw_path=raw)


def test_every_method_scores_every_account_and_day(every_method):
    scored = query(
        every_method,
        """
        select method, count(*), count(health_score) > 0 from marts.fct_health_scores
        inner join policy.scorecards using (scorecard)
        group by method
        """,
    )
    assert {method for method, *_ in scored} == set(METHODS)
    assert len({n for _, n, _ in scored}) == 1
    # too few have left for a model of churn
    assert {method for method, _, has_scores in scored if not has_scores} == {"probability"}


def test_the_traffic_light_is_published_with_its_own_bands_and_drivers(every_method):
    bands = query(every_method, "select distinct band from marts.account_health")
    assert {band for (band,) in bands} >= {"red", "amber"}
    (n_told,) = query(
        every_method,
        "select count(driver_1_sentence) from marts.account_health where band = 'red'",
    )[0]
    assert n_told > 0
    (n_labels,) = query(
        every_method,
        "select count(*) from marts.fct_score_labels where scorecard in ('rag', 'points')",
    )[0]
    assert n_labels > 0


def test_a_rule_is_added_by_its_row(every_method):
    (most,) = query(
        every_method,
        "select max(maximum_points) from marts.fct_health_scores where scorecard = 'points'",
    )[0]
    assert most == 100
    lowest = query(
        every_method,
        """
        select min(hybrid.health_score), min(mean.health_score)
        from marts.fct_health_scores as hybrid
        inner join marts.fct_health_scores as mean using (account_id, as_of_date)
        inner join marts.fct_score_contributions as seats using (account_id, as_of_date)
        where hybrid.scorecard = 'hybrid' and mean.scorecard = 'expert_default'
            and seats.scorecard = 'rag' and seats.component = 'active_seat_share_28d'
            and seats.is_known
        """,
    )
    assert lowest[0][0] == 44
    assert lowest[0][1] < 44
