"""Rules of segmentations.csv and segments.csv."""

import math
from collections import defaultdict
from collections.abc import Sequence

from customer_health.policy.facts import NUMBERS_OF_AN_ACCOUNT, TEXTS_OF_AN_ACCOUNT
from customer_health.policy.findings import Findings, grouped, listed, use_one_of
from customer_health.policy.ranges import check_ranges
from customer_health.policy.tables import (
    Band,
    CurvePoint,
    CustomField,
    LifecycleStage,
    Segment,
    Segmentation,
)

FILE = "segments.csv"
# In place of words: every word that no other segment has.
ANY_OTHER = "*"


def check_segmentations(
    segmentations: list[Segmentation],
    segments: list[Segment],
    stages: list[LifecycleStage],
    custom_fields: list[CustomField],
    found: Findings,
) -> None:
    """One segmentation is primary, and each parts all numbers or has words of its field."""
    primary = [row.number for row in segmentations if row.is_primary]
    if len(primary) != 1:
        what = f"{len(primary) or 'no'} segmentations are primary"
        fix = "write is_primary true for the one that weights, bands and peers go by"
        found.error("segmentations.csv", primary, what, fix)
    types = dict.fromkeys(NUMBERS_OF_AN_ACCOUNT, "number")
    types |= dict.fromkeys(TEXTS_OF_AN_ACCOUNT, "text")
    types |= {row.field: row.type for row in custom_fields}
    of_segmentation = grouped(segments, "segmentation")
    for row in segmentations:
        name = row.segmentation
        parts = of_segmentation.get((name,), [])
        if row.field not in types:
            what = f"field '{row.field}' of segmentation '{name}' is not known"
            fix = f"{use_one_of(row.field, list(types))}, or add it to custom_fields.csv"
            found.error("segmentations.csv", row.number, what, fix)
        elif types[row.field] == "date":
            what = f"field '{row.field}' of segmentation '{name}' is a date"
            found.error(
                "segmentations.csv", row.number, what, "part accounts by a number or a text"
            )
        elif not parts:
            what = f"segmentation '{name}' has no segments"
            fix = f"add its rows to {found.folder}/{FILE}, or take this row out"
            found.error("segmentations.csv", row.number, what, fix)
        elif types[row.field] == "number":
            _check_limits(row, parts, found)
        else:
            _check_words(row, parts, found)
            if row.field == "lifecycle_stage":
                _check_stages(parts, [stage.lifecycle_stage for stage in stages], found)


def check_use_of_segments(
    segmentations: list[Segmentation],
    segments: list[Segment],
    bands: list[Band],
    curves: list[CurvePoint],
    found: Findings,
) -> None:
    """Bands and curves are for segments of the primary segmentation: others have no account."""
    primary = [row.segmentation for row in segmentations if row.is_primary]
    owner = {row.segment: row.segmentation for row in segments}
    of_primary = [name for name, segmentation in owner.items() if segmentation in primary]
    named = [("bands.csv", row.applies_to, row.number) for row in bands if row.rule == "segment"]
    named += [("metric_curves.csv", row.segment, row.number) for row in curves]
    numbers_of = defaultdict(list)
    for file, segment, number in named:
        if segment in owner and segment not in of_primary:
            numbers_of[file, segment].append(number)
    for (file, segment), numbers in numbers_of.items():
        what = (
            f"segment '{segment}' has no account here: it is one of '{owner[segment]}', and the"
            f" primary segmentation is '{listed(primary)}'"
        )
        fix = f"write one of {listed(of_primary)}, or take these rows out"
        found.warning(file, numbers, what, fix)


def _check_limits(segmentation: Segmentation, parts: Sequence[Segment], found: Findings) -> None:
    wrong = [row.number for row in parts if row.min_value is None or row.words]
    if wrong:
        what = f"field {segmentation.field} is a number, and min_value is empty or words are given"
        found.error(FILE, wrong, what, "fill in min_value, and leave words empty")
        return
    whose = f" of segmentation '{segmentation.segmentation}'"
    check_ranges(FILE, parts, "min_value", "max_value", math.inf, whose, found)


def _check_words(segmentation: Segmentation, parts: Sequence[Segment], found: Findings) -> None:
    limits = [row for row in parts if (row.min_value, row.max_value) != (None, None)]
    wrong = [row.number for row in parts if not row.words or row in limits]
    if wrong:
        what = f"field {segmentation.field} is a text, and words are missing or limits are given"
        fix = f"write words such as basic|starter, or {ANY_OTHER} for all others, and no limits"
        found.error(FILE, wrong, what, fix)
        return
    rows_of: dict[str, list[int]] = {}
    for row in parts:
        for word in row.words or ():
            rows_of.setdefault(word.lower(), []).append(row.number)
        if len(row.words or ()) > 1 and ANY_OTHER in (row.words or ()):
            what = f"{ANY_OTHER} stands for all other words, and words stand beside it"
            found.error(FILE, row.number, what, f"write {ANY_OTHER} alone, or leave it out")
    for word, numbers in rows_of.items():
        if len(numbers) > 1:
            what = f"the word '{word}' of segmentation '{segmentation.segmentation}' is there twice"
            found.error(FILE, numbers, f"{what} (case does not count)", "keep it in one segment")


def _check_stages(parts: Sequence[Segment], stages: Sequence[str], found: Findings) -> None:
    for row in parts:
        unknown = [word for word in row.words or () if word not in (*stages, ANY_OTHER)]
        if unknown:
            what = f"{listed(unknown)} is not in lifecycle_stages.csv"
            found.error(FILE, row.number, what, use_one_of(unknown[0], stages))
