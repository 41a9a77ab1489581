"""The policy of scorecards without weights: their rules, and what a place among others is worth."""

import itertools
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from customer_health.methods import BASELINE, OVER_A_MEAN, POINTS, RESULTS, RULES, WEIGHTED
from customer_health.policy.cells import Number, RefersTo, Row, one_of
from customer_health.policy.findings import Findings, grouped, use_one_of
from customer_health.policy.ranges import check_ranges

COLOURS = RESULTS[RULES]
# Of these no peer's median can stand in for what is unknown.
WITHOUT_PEERS = (RULES, POINTS, BASELINE)


class ScoringRule(Row):
    """A row of scoring_rules.csv: what it means for a scorecard that a metric compares so."""

    key = ("scorecard", "metric", "comparison", "value", "result")
    may_be_empty = True
    scorecard: Annotated[str, RefersTo("scorecards.csv")]
    metric: Annotated[str, RefersTo("metrics.csv")]
    comparison: Annotated[str, one_of("below", "at_most", "at_least", "above")]
    value: Number
    result: Annotated[str, one_of(*itertools.chain(*RESULTS.values()))]
    score: Number | None = Field(default=None, ge=0, le=100)
    source: str


class PercentileBand(Row):
    """A row of percentile_bands.csv."""

    key = ("from_share",)
    from_share: Number = Field(ge=0, le=1)
    to_share: Number = Field(ge=0, le=1)
    from_score: Number = Field(ge=0, le=100)
    to_score: Number = Field(ge=0, le=100)
    source: str


def check_rules(scorecards: list, rules: list[ScoringRule], found: Findings) -> None:
    """Rules lead to what their scorecard's method makes a score of, and each method has some."""
    file = "scoring_rules.csv"
    method_of = {row.scorecard: row.method for row in scorecards}
    for row in rules:
        method = method_of.get(row.scorecard)
        results = RESULTS.get(method or "", ())
        if method and not results:
            what = f"scorecard '{row.scorecard}' has the method {method}, which has no rules"
            fix = f"take the row out, or give it the method {', '.join(RESULTS)} in scorecards.csv"
            found.error(file, row.number, what, fix)
        elif method and row.result not in results:
            what = f"result '{row.result}' means nothing to the method {method}"
            found.error(file, row.number, what, use_one_of(row.result, results))
        if row.result in COLOURS and row.score is not None:
            what = f"a rule for {row.result} has the score {row.score:g}"
            fix = f"leave score empty; {row.result}_score in thresholds.csv says it"
            found.error(file, row.number, what, fix)
        elif row.result not in COLOURS and row.score is None:
            what = f"score is empty, and result is '{row.result}'"
            found.error(file, row.number, what, "write a number from 0 to 100")
    of_scorecard = grouped(rules, "scorecard")
    for scorecard in scorecards:
        own = of_scorecard.get((scorecard.scorecard,), [])
        if scorecard.method in RESULTS and not own:
            what = f"scorecard '{scorecard.scorecard}' of method {scorecard.method} has no rules"
            fix = f"add its rows to {found.folder}/{file}"
            found.error("scorecards.csv", scorecard.number, what, fix)
        elif scorecard.method == POINTS and not any(row.score for row in own):
            what = f"no rule of scorecard '{scorecard.scorecard}' gives points"
            found.error(file, [row.number for row in own], what, "write a score above 0")


def check_methods(scorecards: list, weights: list, found: Findings) -> None:
    """Scorecards of methods without weights have none, and those of a mean name whose mean."""
    of_scorecard = grouped(weights, "scorecard")
    means = [row for row in scorecards if row.method in WEIGHTED]
    for scorecard in scorecards:
        name, method = scorecard.scorecard, scorecard.method
        if method in WEIGHTED:
            continue
        if rows := of_scorecard.get((name,)):
            what = f"scorecard '{name}' has weights, and its method {method} uses none"
            fix = f"take these rows out, or give '{name}' the method expert in scorecards.csv"
            found.error("scorecard_weights.csv", [row.number for row in rows], what, fix)
        if method in OVER_A_MEAN:
            _check_mean(scorecard, means, found)
        elif scorecard.starts_from:
            what = f"scorecard '{name}' of method {method} starts from '{scorecard.starts_from}'"
            found.error("scorecards.csv", scorecard.number, what, "leave starts_from empty")
        if method in WITHOUT_PEERS and scorecard.missing_dimensions != "renormalise":
            what = f"scorecard '{name}' of method {method} cannot impute what is unknown"
            fix = "write renormalise in missing_dimensions"
            found.error("scorecards.csv", scorecard.number, what, fix)


def _check_mean(scorecard: Any, means: Sequence[Any], found: Findings) -> None:
    name, start = scorecard.scorecard, scorecard.starts_from
    known = [row.scorecard for row in means]
    if start not in known:
        what = f"scorecard '{name}' of method {scorecard.method} works on the mean of another, and"
        what += f" starts_from is '{start}'" if start else " starts_from is empty"
        found.error("scorecards.csv", scorecard.number, what, use_one_of(start or "", known))
    elif scorecard.role != "off":
        if any(row.scorecard == start and row.role == "off" for row in means):
            what = f"scorecard '{name}' works on the mean of '{start}', which is off"
            fix = f"give '{start}' the role shadow or challenger, or '{name}' the role off"
            found.error("scorecards.csv", scorecard.number, what, fix)


def check_percentiles(bands: list[PercentileBand], found: Findings) -> None:
    """Shares part 0 to 1, and a higher place is never worth less."""
    file = "percentile_bands.csv"
    check_ranges(file, bands, "from_share", "to_share", 1, "", found)
    from_below = sorted(bands, key=lambda row: row.from_share)
    for row in from_below:
        if row.from_score > row.to_score:
            what = f"from_score {row.from_score:g} is above to_score {row.to_score:g}"
            found.error(file, row.number, what, "swap the two, or raise the second")
    for below, above in itertools.pairwise(from_below):
        if below.to_score > above.from_score:
            what = f"to_score {below.to_score:g} is above from_score {above.from_score:g} of"
            what += f" row {above.number}, which is for higher places"
            fix = f"lower it, or raise from_score of row {above.number}"
            found.error(file, below.number, what, fix)
