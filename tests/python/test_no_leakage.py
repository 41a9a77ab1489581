"""Nothing that became known later is in a score, a weight, a label or a figure."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from deliveries import Deliveries
from planted_company import build_models, planted_company
from project import dbt, differences, query

from customer_health.validation import Label, Settings, score_label
from customer_health.validation.bootstrap import auc_draws

LAST_DAY = date(2026, 6, 30)
CUT = date(2025, 12, 28)
CHECK = "no_metric_knows_the_future"
FROM_ANSWERS_TO_METRICS = (
    "customer_health.staging.survey",
    "customer_health.intermediate.metrics.sentiment",
    "int_scoring__explained_metrics",
    "int_evidence__metric_outcomes",
)

# What was published of each by a day; valid_until of a version comes with the next one.
PUBLISHED = {
    "fct_dimension_weights": "select * exclude (valid_until) from {} where valid_from <= {}",
    "fct_outcomes": "select * from {} where matured_date <= {}",
    "fct_validation_figures": "select * from {} where matured_date <= {}",
    "fct_score_labels": "select * from {} where review_date <= {}",
}


@pytest.fixture(scope="module")
def company():
    """A made-up company whose truth is known, built."""
    return planted_company()


@pytest.fixture(scope="module")
def outcomes(company) -> pd.DataFrame:
    """Scores of the published and of the equal-weight scorecard with what became of them."""
    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        return connection.execute(
            """
            select * replace (cast(is_churned as integer) as is_churned)
            from intermediate.int_evidence__scored_outcomes
            where horizon_days = 90 and scorecard in ('correlation', 'equal')
            order by scorecard, account_id, as_of_date
            """
        ).df()


def test_scores_know_nothing_of_labels_shuffled_among_accounts(outcomes):
    settings = Settings(n_draws=200)
    assert _label(outcomes, settings).figures["auc_low"] > 0.55
    shuffles = [_shuffled(outcomes, seed) for seed in range(60)]
    labels = [_label(rows, settings) for rows in shuffles]
    assert {label.label for label in labels} == {"heuristic"}
    assert abs(np.mean([label.figures["auc"] for label in labels]) - 0.5) < 0.03
    # three of sixty 95 % intervals miss it on average; of honest ones, hardly ever more than ten
    intervals = [_interval_of_auc(rows, settings) for rows in shuffles]
    assert sum(low <= 0.5 <= high for low, high in intervals) >= 50


def test_rows_known_later_change_no_weight_label_or_figure_before(company, tmp_path):
    raw = Deliveries(company.raw, LAST_DAY).write(CUT, tmp_path / "raw")
    shorter = build_models(tmp_path / "warehouse.duckdb", raw_path=raw, as_of_date=CUT)
    for mart, select in PUBLISHED.items():
        published = select.format(f"marts.{mart}", f"date '{CUT}'")
        with duckdb.connect(str(shorter), read_only=True) as connection:
            assert connection.execute(f"select count(*) > 100 from ({published})").fetchall(), mart
        assert differences(company.warehouse, shorter, published) == [], mart


def test_a_metric_that_knows_the_future_is_caught(company, tmp_path):
    raw = shutil.copytree(company.raw, tmp_path / "raw")
    _enter_exit_answers_dated_back(raw / "survey" / "responses.parquet", company.truth)
    warehouse = Path(shutil.copy(company.warehouse, tmp_path / "warehouse.duckdb"))
    caught = dbt(
        *("build", warehouse, "--full-refresh", "--select", *FROM_ANSWERS_TO_METRICS, CHECK),
        *("--indirect-selection", "empty"),
        **{"raw_path": raw, "history_grain": "week", "restate_history": True},
    )
    assert caught.code == 0, caught.text
    assert "WARN=1" in caught.text, caught.text
    # dbt keeps no rows; the query of its test tells which metric it was, and is quiet without it
    compiled = next(warehouse.with_suffix(".target").rglob(f"compiled/**/{CHECK}.sql"))
    check = compiled.read_text(encoding="utf-8")
    assert [what for what, *_ in query(warehouse, check)] == ["nps_latest"]
    assert query(company.warehouse, check) == []


def _label(rows: pd.DataFrame, settings: Settings) -> Label:
    """Label of the published scorecard, beside equal weights."""
    by_scorecard = dict(list(rows.groupby("scorecard")))
    return score_label(by_scorecard["correlation"], by_scorecard["equal"], settings)


def _shuffled(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Give every account what became, month by month, of another one that is drawn for it."""
    accounts = rows["account_id"].unique()
    other = np.random.default_rng(seed).permutation(accounts)
    drawn = rows.assign(account_id=rows["account_id"].map(dict(zip(other, accounts, strict=True))))
    key = ["scorecard", "account_id", "as_of_date"]
    return rows.drop(columns="is_churned").merge(drawn[[*key, "is_churned"]], on=key)


def _interval_of_auc(rows: pd.DataFrame, settings: Settings) -> tuple[float, float]:
    """95 % interval of the published scorecard's AUC."""
    own = rows[(rows["scorecard"] == "correlation") & rows["health_score"].notna()]
    (draws,) = auc_draws(own, settings, "health_score")
    return tuple(np.nanquantile(draws[1:], [0.025, 0.975]))


def _enter_exit_answers_dated_back(responses: Path, truth: Path) -> None:
    """Give each account that left an NPS answer of 0 that was entered later than it says.

    It is dated 100 days before the end, as if known then, and is the account's only one.
    """
    spoiled = responses.with_name("spoiled.parquet")
    duckdb.sql(f"""
        copy (
            with lost as (
                select account_id, strftime(churn_date - 100, '%Y-%m-%dT12:00:00Z') as noted_at
                from '{truth}/accounts.parquet' where churn_date is not null
            )

            select * from '{responses}'
            where survey_type <> 'nps' or account_id not in (select account_id from lost)
            union all by name
            select
                'exit-' || account_id as response_id,
                account_id,
                'nps' as survey_type,
                noted_at as sent_at,
                noted_at as responded_at,
                0.0 as score
            from lost
        ) to '{spoiled}' (format parquet)
    """)
    spoiled.rename(responses)
