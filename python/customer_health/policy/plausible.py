"""Numbers of the right form that hardly mean what they say: percentages, lost signs, odd rates."""

import statistics

from customer_health.policy.actions import TriggerCondition
from customer_health.policy.findings import Findings, grouped
from customer_health.policy.scoring import ScoringRule
from customer_health.policy.tables import CurvePoint, ExchangeRate, Metric

# More people than seats, or growth, may make more than the whole; twice the whole hardly.
LARGEST_SHARE = 2
# Roughly, in US dollars: enough to tell a rate from its reciprocal, or from a hundred times it.
ABOUT_IN_DOLLARS = {
    **{"USD": 1.0, "EUR": 1.1, "GBP": 1.3, "CHF": 1.1, "CAD": 0.7, "AUD": 0.7},
    **{"JPY": 0.007, "CNY": 0.14, "INR": 0.012, "SEK": 0.1, "NOK": 0.1, "DKK": 0.15},
}
FURTHEST_RATE = 5


def check_shares(
    metrics: list[Metric], curves: list[CurvePoint], rules: list[ScoringRule], found: Findings
) -> None:
    """What is compared with a share is one, not a percentage."""
    metric_of = {row.metric: row for row in metrics if row.unit == "share"}
    compared: list[tuple[str, str, CurvePoint | ScoringRule, float]]
    compared = [("metric_curves.csv", "at_value", row, row.at_value) for row in curves]
    compared += [("scoring_rules.csv", "value", row, row.value) for row in rules]
    for file, column, row, value in compared:
        metric = metric_of.get(row.metric)
        if metric is None or value <= 1:
            continue
        what = f"{column} {value:g} of '{row.metric}' stands for {value:.0%}, as the whole is 1"
        fix = f"write {value / 100:g}, if {value:g} % is meant"
        # growth has no end
        may_be = value <= LARGEST_SHARE or metric.shown_as == "change"
        note = found.warning if may_be else found.error
        note(file, row.number, what, fix)


def check_signs(conditions: list[TriggerCondition], found: Findings) -> None:
    """Who is told of a fall of the score asks for a number below 0, and of a rise for one above."""
    for (trigger,), rows in grouped(conditions, "trigger").items():
        # somebody without a rise, though long in a band, is one to ask for
        if any(row.fact == "days_in_band" for row in rows):
            continue
        for row in rows:
            if not row.fact.startswith("change_"):
                continue
            is_fall = row.comparison in ("below", "at_most")
            sign = "-" if is_fall else ""
            amount = row.value.lstrip("+-")
            is_lost = row.value.startswith("-") != is_fall and amount.strip("0.")
            if is_lost:
                word, other = ("fall", "rose") if is_fall else ("rise", "fell")
                what = (
                    f"'{trigger}' asks for {row.fact} {row.comparison} {row.value}, which holds"
                    f" for most customers, even for some whose score {other}"
                )
                fix = f"write {sign}{amount}, if a {word} of {amount} points is meant"
                found.warning("trigger_conditions.csv", row.number, what, fix)


def check_rates(rows: list[ExchangeRate], found: Findings) -> None:
    """Rates of well-known currencies stand to each other roughly as they do in the world."""
    known = {row.currency: row for row in rows if row.currency in ABOUT_IN_DOLLARS}
    scales = {name: row.rate / ABOUT_IN_DOLLARS[name] for name, row in known.items()}
    reporting = [scales[name] for name, row in known.items() if row.rate == 1]
    if not scales:
        return
    scale = reporting[0] if len(reporting) == 1 else statistics.median(scales.values())
    for name, row in known.items():
        usual = scale * ABOUT_IN_DOLLARS[name]

        def is_usual(rate: float, usual: float = usual) -> bool:
            return 1 / FURTHEST_RATE <= rate / usual <= FURTHEST_RATE

        if not is_usual(row.rate):
            meant = [rate for rate in (row.rate / 100, 1 / row.rate) if is_usual(rate)]
            what = f"rate {row.rate:g} of {name} is not near what it is worth, about {usual:.2g}"
            fix = "write what one of it is worth in the currency that ARR is reported in"
            fix += f", such as {meant[0]:.4g}" if meant else ""
            found.error("exchange_rates.csv", row.number, what, fix)
