"""Rules of triggers.csv and trigger_conditions.csv that span rows and files."""

import math
from collections.abc import Sequence

from pydantic_core import PydanticCustomError

from customer_health.policy import sentences
from customer_health.policy.actions import Holdout, Trigger, TriggerCondition
from customer_health.policy.cells import Row, number, number_between
from customer_health.policy.facts import (
    FACTS_WITHOUT_A_SCORE,
    LIMITS_OF_A_DAY,
    NUMBERS_OF_A_DAY,
    WORDS_OF_A_DAY,
)
from customer_health.policy.findings import Findings, grouped, use_one_of
from customer_health.policy.tables import (
    Band,
    LifecycleStage,
    Segment,
    Threshold,
)

MOMENTA = ("improving", "stable", "declining", "too new", "insufficient data")


def check_triggers(
    triggers: list[Trigger], conditions: list[TriggerCondition], found: Findings
) -> None:
    """Each trigger has conditions on facts that are known in time, and its sentence names facts."""
    with_conditions = grouped(conditions, "trigger")
    for trigger in triggers:
        facts: tuple[str, ...] = (*NUMBERS_OF_A_DAY, *WORDS_OF_A_DAY)
        if (trigger.trigger,) not in with_conditions:
            what = f"trigger '{trigger.trigger}' has no conditions and would never fire"
            fix = f"add its rows to {found.folder}/trigger_conditions.csv"
            found.error("triggers.csv", trigger.number, what, fix)
        if trigger.is_instant:
            facts = FACTS_WITHOUT_A_SCORE
            for row in with_conditions.get((trigger.trigger,), []):
                if row.fact not in facts:
                    what = f"{row.fact} is not known at once, and '{row.trigger}' is instant"
                    fix = f"use {', '.join(facts)}; or set is_instant to false in triggers.csv"
                    found.error("trigger_conditions.csv", row.number, what, fix)
        for what, fix in sentences.faults(trigger.sentence, facts):
            found.error("triggers.csv", trigger.number, what, fix)


def check_holdouts(
    holdouts: list[Holdout],
    triggers: list[Trigger],
    conditions: list[TriggerCondition],
    thresholds: list[Threshold],
    found: Findings,
) -> None:
    """Nobody is kept from a critical event, and what is held out is not shown elsewhere."""
    instant = [trigger.trigger for trigger in triggers if trigger.is_instant]
    days = [f"{row.value:g}" for row in thresholds if row.threshold == "drop_alert_days"]
    falls = [row.trigger for row in conditions if _is_fall(row, days)]
    for row in holdouts:
        if row.trigger in instant:
            what = f"'{row.trigger}' is instant, and critical events are never held out"
            found.error("holdouts.csv", row.number, what, "take the row out")
        elif row.trigger in falls:
            what = (
                f"'{row.trigger}' fires when the score falls, and pages and CRM show a fall whether"
                " or not its trigger is held out"
            )
            found.error("holdouts.csv", row.number, what, "take the row out")


def _is_fall(row: TriggerCondition, days: list[str]) -> bool:
    """Whether a condition asks for a fall of the score in the days of its alert."""
    if row.fact not in [f"change_{n}d" for n in days] or row.comparison not in ("below", "at_most"):
        return False
    try:
        return number(row.value) <= 0
    except ValueError:  # told by check_conditions
        return False


def check_conditions(
    conditions: list[TriggerCondition],
    bands: list[Band],
    segments: list[Segment],
    stages: list[LifecycleStage],
    found: Findings,
) -> None:
    """Numbers are compared with numbers, words with words that there are."""
    file = "trigger_conditions.csv"
    words = {
        "band": _names(bands, "band"),
        "momentum": MOMENTA,
        "segment": (*_names(segments, "segment"), "unknown"),
        "lifecycle_stage": (*_names(stages, "lifecycle_stage"), "unknown"),
    }
    for row in conditions:
        if row.fact in words:
            if row.comparison != "is":
                what = f"{row.fact} is a word, and comparison is '{row.comparison}'"
                found.error(file, row.number, what, "write is")
            if row.value not in words[row.fact]:
                what = f"value '{row.value}' is no {row.fact}"
                found.error(file, row.number, what, use_one_of(row.value, words[row.fact]))
            continue
        if row.comparison == "is":
            what = f"{row.fact} is a number, and comparison is 'is'"
            found.error(file, row.number, what, "write below, at_most, at_least or above")
        try:
            value = number(row.value)
        except PydanticCustomError as refused:
            what = f"value '{row.value}' is not a number, as {row.fact} is"
            found.error(file, row.number, what, (refused.context or {})["fix"])
            continue
        lowest, highest = LIMITS_OF_A_DAY.get(row.fact, (-math.inf, math.inf))
        if not lowest <= value <= highest:
            what = f"{row.fact} is never {row.value}"
            found.error(file, row.number, what, number_between(lowest, highest, value))


def _names(rows: Sequence[Row], column: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(getattr(row, column) for row in rows))
