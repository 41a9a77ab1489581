"""Nothing that became known later is in a score, a weight, a label or a figure."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest
from deliveries import Deliveries
from planted_company import build_models, planted_company
from project import dbt, differences

from customer_health.validation import Settings, score_label
from customer_health.validation.bootstrap import auc_draws

LAST_DAY = date(2026, 6, 30)
CUT = date(2026, 3, 29)
CHECK = "no_metric_knows_the_future"

# What was published of each by a day; valid_until of a version comes with the next one.
PUBLISHED = {
    "fct_dimension_weights": "select * exclude (valid_until) from {} where valid_from <= {}",
    "fct_outcomes": "select * from {} where matured_date <= {}",
    "fct_validation_figures": "select * from {} where matured_date <= {}",
    "fct_score_labels": "select * from {} where review_date <= {}",
}


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A made-up company whose truth is known, built."""
    return planted_company(tmp_path_factory)


@pytest.fixture(scope="module")
def outcomes(company) -> pd.DataFrame:
    """Scores of the published and of the equal-weight scorecard with what became of them."""
    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        return connection.execute(
            """
            select * replace (cast(is_churned as integer) as is_churned)
            from intermediate.int_validation__scored_outcomes
            where horizon_days = 90 and scorecard in ('correlation', 'equal')
            """
        ).df()


def test_scores_know_nothing_of_labels_shuffled_among_accounts(outcomes):
    settings = Settings(n_draws=200)
    assert _label(outcomes, settings).figures["auc_low"] > 0.55
    shuffles = [_shuffled(outcomes, seed) for seed in range(20)]
    labels = [_label(rows, settings) for rows in shuffles]
    assert {label.label for label in labels} == {"heuristic"}
    assert abs(np.mean([label.figures["auc"] for label in labels]) - 0.5) < 0.03
    # about one in twenty 95 % intervals may miss it
    assert sum(_interval_holds(rows, 0.5, settings) for rows in shuffles) >= 17


def test_rows_known_later_change_no_weight_label_or_figure_before(company, tmp_path):
    raw = Deliveries(company.raw, LAST_DAY).write(CUT, tmp_path / "raw")
    shorter = build_models(tmp_path / "warehouse.duckdb", raw_path=raw, as_of_date=CUT)
    for mart, select in PUBLISHED.items():
        published = select.format(f"marts.{mart}", f"date '{CUT}'")
        with duckdb.connect(str(shorter), read_only=True) as connection:
            assert connection.execute(f"select count(*) > 100 from ({published})").fetchall(), mart
        assert differences(company.warehouse, shorter, published) == [], mart


def test_a_metric_that_knows_the_future_is_caught(company, tmp_path):
    checked = ("test", "--select", CHECK)
    quiet = dbt(*checked[:1], company.warehouse, *checked[1:], history_grain="week")
    assert quiet.code == 0, quiet.text
    assert "WARN=0" in quiet.text, quiet.text

    # Of each account that left, an answer entered afterwards and dated back to before the notice.
    raw = tmp_path / "raw"
    raw.symlink_to(company.raw)
    responses = company.raw / "survey" / "responses.parquet"
