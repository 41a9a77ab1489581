"""The query that explains any day agrees with the scores and with what is published."""

from datetime import timedelta

import duckdb
import pytest
from project import dbt, query

QUERY = "compiled/customer_health/analyses/any_day/contributions_of_a_day.sql"


@pytest.fixture(scope="module")
def explained(built_demo):
    """Give a function that explains a day: it connects to a table `explained`."""

    def explain(day):
        options = {"raw_path": built_demo.raw, "explain_date": day}
        outcome = dbt("compile --select contributions_of_a_day", built_demo.warehouse, **options)
        assert outcome.code == 0, outcome.text
        sql = (built_demo.warehouse.with_suffix(".target") / QUERY).read_text(encoding="utf-8")
        connection = duckdb.connect(str(built_demo.warehouse), read_only=True)
        connection.execute(f"create temp table explained as {sql}")
        return connection

    return explain


@pytest.fixture(scope="module")
def month_end(built_demo):
    """Give the last month end before the newest day."""
    days = "select distinct as_of_date from marts.fct_score_contributions order by 1 desc limit 2"
    return query(built_demo.warehouse, days)[1][0]


@pytest.mark.parametrize("days_before", [0, 11, 100])
def test_the_points_of_any_day_sum_to_its_scores(explained, month_end, days_before):
    day = month_end - timedelta(days=days_before)
    with explained(day) as connection:
        (row,) = connection.execute(
            """
            select
                count(*), count(totals.total), max(abs(scores.health_score - totals.total)),
                max(abs(totals.rounding))
            from marts.fct_health_scores as scores
            left join (
                select
                    scorecard, account_id, sum(contribution) as total,
                    sum(contribution) filter (component = 'rounding') as rounding
                from explained group by all
            ) as totals using (scorecard, account_id)
            where scores.as_of_date = $day and scores.health_score is not null
            """,
            {"day": day},
        ).fetchall()
    assert row[0] == row[1] > 50
    assert row[2] < 1e-9
    assert row[3] < 0.05 + 1e-9


def test_the_points_of_a_month_end_are_those_published(explained, month_end):
    with explained(month_end) as connection:
        (row,) = connection.execute(
            """
            select
                count(*), count(published.score),
                count(*) filter (component like '%_peer_median'),
                max(abs(explained.contribution - published.contribution))
            from explained
            full join (
                from marts.fct_score_contributions
                where as_of_date = $day and (weight_share > 0 or component_type = 'rounding')
            ) as published using (scorecard, account_id, component)
            """,
            {"day": month_end},
        ).fetchall()
    assert row[0] == row[1]
    assert row[2] > 0, "nothing was imputed, so that the peers were not needed"
    assert row[3] < 1e-9
