"""What a small made-up company shows of the experiment on the planted truth (experiments/)."""

import json

import pytest
from planted_company import planted_company
from project import PROJECT, query

from experiments.planted import aucs, newest_fit, scored_later, with_hazards
from experiments.summary import held, true_correlations

RESULTS = json.loads((PROJECT / "experiments" / "planted_truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def company():
    """A made-up company whose truth is known, built."""
    return planted_company()


def test_versions_follow_each_other_and_sum_to_100(company):
    versions = query(
        company.warehouse,
        """
        select scorecard, segment, valid_from, sum(weight), min(weight) >= 0
        from marts.fct_dimension_weights group by all
        """,
    )
    assert [row for row in versions if abs(row[3] - 100) > 1e-9 or not row[4]] == []
    fitted = query(
        company.warehouse,
        """
        select scorecard, count(distinct valid_from)
        from marts.fct_dimension_weights
        where segment = 'universal' and basis = 'fitted' group by all
        """,
    )
    assert {scorecard for scorecard, _ in fitted} == {"correlation", "regression"}
    assert min(n for _, n in fitted) >= 2
    # each day of the history is under exactly one version of each scorecard
    assert query(
        company.warehouse,
        """
        select count(*) from marts.fct_dimension_weights as one
        inner join marts.fct_dimension_weights as other
            using (scorecard, segment, dimension)
        where other.valid_from > one.valid_from
            and coalesce(one.valid_until, date '9999-12-31') > other.valid_from
        """,
    ) == [(0,)]


def test_a_company_is_judged_by_all_the_others():
    truth = RESULTS["truth"]
    others = {seed: sums for seed, sums in truth.items() if seed != "1001"}
    true = {name: of["correlation"] for name, of in true_correlations(others).items()}
    near, far = ({name: [r, r + by, r + by + 2e-6, 10] for name, r in true.items()}
                 for by in (-1e-6, 1e-3))  # fmt: skip
    assert all(held(truth, {"1001": {"intervals": near}})["1001"].values())
    assert not any(held(truth, {"1001": {"intervals": far}})["1001"].values())


def test_intervals_hold_the_planted_truth(company):
    # the truth is of larger companies over two years: the same process, so nearly the same truth
    true = true_correlations(RESULTS["truth"])
    fit = newest_fit(company.warehouse).set_index("dimension")
    held = [
        name
        for name, of in true.items()
        if fit.loc[name, "correlation_low"]
        <= of["correlation"]
        <= fit.loc[name, "correlation_high"]
    ]
    assert len(held) >= 6, (fit, true)
    # an interval wide enough for anything would hold it as well
    width = fit["correlation_high"] - fit["correlation_low"]
    assert width.max() < 0.25
    assert (fit["correlation_low"] > 0).sum() >= 2


def test_the_score_knows_most_of_what_the_planted_hazard_knows(company):
    rows = with_hazards(scored_later(company.warehouse), company.truth)
    auc = aucs(rows)
    assert auc["correlation"] > 0.62, auc
    assert auc["correlation"] > 0.85 * auc["hazard"], auc
    # no score made of the past can know more than the process itself
    assert auc["correlation"] < auc["hazard"] + 0.03, auc
