"""Rules of the policy that span rows and files."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence

from customer_health.counting import counted
from customer_health.methods import EXPERT, FITTED, WEIGHTED
from customer_health.outbox_columns import ACCOUNT_KEY
from customer_health.policy import sentences
from customer_health.policy.actions import SyncField
from customer_health.policy.bands import check_bands, check_fitted_limits
from customer_health.policy.cells import RefersTo, Row
from customer_health.policy.code import check_vendor_columns
from customer_health.policy.findings import Findings, grouped, listed, use_one_of
from customer_health.policy.matches import check_matches
from customer_health.policy.plausible import check_rates, check_shares, check_signs
from customer_health.policy.ranges import check_ranges
from customer_health.policy.scoring import check_methods, check_percentiles, check_rules
from customer_health.policy.segments import check_segmentations, check_use_of_segments
from customer_health.policy.tables import (
    OVERLAY_ASPECTS,
    SIGNAL_TYPES,
    TABLES,
    CurvePoint,
    Dimension,
    ExchangeRate,
    LifecycleStage,
    Metric,
    OverlayWord,
    Scorecard,
    ScorecardWeight,
    SentinelDates,
    SignalType,
    SourceCheck,
    Threshold,
    Tier,
    VocabularyWord,
)
from customer_health.policy.thresholds import check_thresholds
from customer_health.policy.triggers import check_conditions, check_holdouts, check_triggers
from customer_health.policy.vocabularies import VOCABULARIES

MAX_CURVE_POINTS = 5
MAX_WEIGHT_GROUPS = 6
WEIGHTS_TOLERANCE = 1e-9


def check_references(tables: Mapping[str, list[Row]], found: Findings) -> None:
    """Each id that one file takes from another exists there."""
    for file, rows in tables.items():
        for column, field in TABLES[file].model_fields.items():
            for refers_to in field.metadata:
                if isinstance(refers_to, RefersTo) and refers_to.file in tables:
                    known = [getattr(row, row.key[0]) for row in tables[refers_to.file]]
                    known += ["all"] if refers_to.all_allowed else []
                    _check_ids(file, column, rows, refers_to.file, known, found)


def _check_ids(
    file: str, column: str, rows: list[Row], listed_in: str, known: list[str], found: Findings
) -> None:
    known = [name for name in dict.fromkeys(known) if name is not None]
    for (name,), same in grouped(rows, column).items():
        if name is not None and name not in known:
            what = f"{column} '{name}' is not in {listed_in}"
            found.error(file, [row.number for row in same], what, use_one_of(name, known))


def _check_stages(stages: list[LifecycleStage], found: Findings) -> None:
    check_ranges("lifecycle_stages.csv", stages, "from_day", "to_day", math.inf, "", found)


def _check_tiers(tiers: list[Tier], found: Findings) -> None:
    """Tiers part 0 to 100, the first the lowest, and the team's time."""
    file = "tiers.csv"
    check_ranges(file, tiers, "lower_bound", "upper_bound", 100, "", found)
    numbers = [row.number for row in tiers]
    from_below = sorted(tiers, key=lambda row: row.lower_bound)
    if [row.tier for row in from_below] != sorted(row.tier for row in tiers):
        what = "tier 1 is not the lowest, or the others do not follow it in order"
        found.error(file, numbers, what, "number the tiers from the lowest scores up")
    total = sum(row.time_share for row in tiers)
    if abs(total - 1) > WEIGHTS_TOLERANCE:
        what = f"time_share sums to {total:.12g}, not 1"
        found.error(file, numbers, what, "give the shares of one whole")


def _check_production(scorecards: list[Scorecard], found: Findings) -> None:
    numbers = [row.number for row in scorecards if row.role == "production"]
    if len(numbers) != 1:
        what = f"{len(numbers) or 'no'} scorecards have the role production"
        fix = "give exactly one scorecard the role production; others may be challenger or off"
        found.error("scorecards.csv", numbers, what, fix)


def _check_weights(
    scorecards: list[Scorecard], weights: list[ScorecardWeight], found: Findings
) -> None:
    of_scorecard = grouped(weights, "scorecard")
    experts = [row.scorecard for row in scorecards if row.method == EXPERT]
    for scorecard in scorecards:
        name = scorecard.scorecard
        rows = of_scorecard.get((name,), [])
        if scorecard.weights_by and scorecard.method not in FITTED:
            what = f"scorecard '{name}' of method {scorecard.method} has weights_by and fits none"
            fix = f"leave weights_by empty, or use the method {' or '.join(FITTED)}"
            found.error("scorecards.csv", scorecard.number, what, fix)
        if scorecard.method not in WEIGHTED:
            continue
        if scorecard.method != EXPERT:
            _check_start(scorecard, rows, experts, found)
            continue
        if scorecard.starts_from:
            what = f"scorecard '{name}' of method expert starts from '{scorecard.starts_from}'"
            found.error("scorecards.csv", scorecard.number, what, "leave starts_from empty")
        if not rows:
            fix = f"add its rows to {found.folder}/scorecard_weights.csv"
            what = f"scorecard '{name}' has no weights"
            found.error("scorecards.csv", scorecard.number, what, fix)
            continue
        total = math.fsum(row.weight for row in rows)
        if abs(total - 100) > WEIGHTS_TOLERANCE:
            much = f"{abs(total - 100):.12g} {'less' if total > 100 else 'more'}"
            what = f"the weights of scorecard '{name}' sum to {total:.12g}, not to 100"
            fix = f"change these weights so that they sum to 100 ({much})"
            found.error("scorecard_weights.csv", [row.number for row in rows], what, fix)


def _check_start(
    scorecard: Scorecard, weights: list[ScorecardWeight], experts: Sequence[str], found: Findings
) -> None:
    """Note it if a scorecard whose weights are computed has some, or starts from no expert one."""
    name, method, start = scorecard.scorecard, scorecard.method, scorecard.starts_from
    if weights:
        what = f"scorecard '{name}' has weights of its own, and its method is {method}"
        fix = f"take these rows out, or give '{name}' the method expert in scorecards.csv"
        found.error("scorecard_weights.csv", [row.number for row in weights], what, fix)
    if start not in experts:
        what = (
            f"starts_from '{start}' of scorecard '{name}' is no scorecard of method expert"
            if start
            else f"scorecard '{name}' of method {method} has no starts_from"
        )
        found.error("scorecards.csv", scorecard.number, what, use_one_of(start or "", experts))


def _check_weight_groups(
    scorecards: list[Scorecard],
    weights: list[ScorecardWeight],
    dimensions: list[Dimension],
    found: Findings,
) -> None:
    group_of = {row.dimension: row.weight_group for row in dimensions}
    in_use = {row.scorecard for row in scorecards if row.role != "off"}
    for (name,), rows in grouped(weights, "scorecard").items():
        weighted = [row for row in rows if row.weight > 0]
        groups = {group_of.get(row.dimension, row.dimension) for row in weighted}
        if name in in_use and len(groups) > MAX_WEIGHT_GROUPS:
            what = (
                f"scorecard '{name}' weighs {len(groups)} groups of dimensions"
                f" ({listed(sorted(groups))}); with more than {MAX_WEIGHT_GROUPS} no single one"
                " moves the score much"
            )
            fix = "give the least important ones weight 0, or join two in dimensions.csv"
            numbers = [row.number for row in weighted]
            found.warning("scorecard_weights.csv", numbers, what, fix)


def _check_dimensions(dimensions: list[Dimension], metrics: list[Metric], found: Findings) -> None:
    weighted = {row.dimension for row in metrics if row.weight > 0}
    for row in dimensions:
        if row.dimension not in weighted:
            what = f"dimension '{row.dimension}' has no metric with a weight above 0"
            fix = f"give one of its metrics a weight in {found.folder}/metrics.csv"
            found.error("dimensions.csv", row.number, what, fix)


def _check_curves(metrics: list[Metric], curves: list[CurvePoint], found: Findings) -> None:
    direction_of = {row.metric: row.direction for row in metrics}
    curve_of = grouped(curves, "metric", "segment", "lifecycle_stage")
    for row in metrics:
        if row.weight > 0 and (row.metric, "all", "all") not in curve_of:
            what = f"metric '{row.metric}' has a weight but no curve that turns it into a score"
            fix = f"add its points (all, all) to {found.folder}/metric_curves.csv, or weight 0"
            found.error("metrics.csv", row.number, what, fix)

    for (metric, segment, stage), rows in curve_of.items():
        numbers = [row.number for row in rows]
        curve = f"the curve of '{metric}' for segment '{segment}' and stage '{stage}'"
        if not 2 <= len(rows) <= MAX_CURVE_POINTS:
            what = f"{curve} has {counted(len(rows), 'point')}"
            found.error("metric_curves.csv", numbers, what, f"give it 2 to {MAX_CURVE_POINTS}")
        sign = {"higher": 1, "lower": -1}.get(direction_of.get(metric, ""), 0)
        points = sorted(rows, key=lambda row: row.at_value)
        for before, after in itertools.pairwise(points):
            if (after.score - before.score) * sign < 0:
                word = "falls" if sign > 0 else "rises"
                what = (
                    f"{curve} {word} from score {before.score:g} (row {before.number}) to"
                    f" {after.score:g}, but direction in metrics.csv is"
                    f" '{direction_of[metric]}'"
                )
                fix = "change the score, or the metric's direction"
                found.error("metric_curves.csv", after.number, what, fix)


def _check_sentences(metrics: list[Metric], thresholds: list[Threshold], found: Findings) -> None:
    """Each sentence says the value, and nothing in braces stays unfilled."""
    names = {row.threshold for row in thresholds}
    known = ["value", "of_seats", *sorted(names)]
    for row in metrics:
        in_braces = sentences.placeholders(row.sentence)
        faults = sentences.faults(row.sentence, known)
        if "value" not in in_braces:
            faults.append(("sentence does not say the value", "write {value} where it belongs"))
        if len(names.intersection(in_braces)) > 1:
            faults.append(("sentence names more than one threshold", "name one at most"))
        for what, fix in faults:
            found.error("metrics.csv", row.number, what, fix)


def _check_signal_types(rows: list[SignalType], found: Findings) -> None:
    for name in SIGNAL_TYPES:
        if name not in [row.signal_type for row in rows]:
            fix = f"add a row '{name}' (budget_effect 0: it changes nothing)"
            found.error("signal_types.csv", (), f"the signal type '{name}' is missing", fix)


def _check_overlay_words(rows: list[OverlayWord], found: Findings) -> None:
    """Every word that an owner can say of an account has a verdict."""
    known = {(aspect, word) for aspect in OVERLAY_ASPECTS for word in VOCABULARIES[aspect]}
    for row in rows:
        if (row.aspect, row.word) not in known:
            what = f"'{row.word}' is no {row.aspect}"
            fix = use_one_of(row.word, VOCABULARIES[row.aspect])
            found.error("overlay_words.csv", row.number, what, fix)
    for aspect, word in sorted(known - {(row.aspect, row.word) for row in rows}):
        what = f"the {aspect} '{word}' is missing"
        found.error("overlay_words.csv", (), what, "add a row with its verdict")


def _check_rates(rows: list[ExchangeRate], found: Findings) -> None:
    """The reporting currency, in units of which the rates are given, is worth one of itself."""
    if not any(row.rate == 1 for row in rows):
        what = "none of these rates is 1, so the reporting currency is missing or its rate is wrong"
        fix = "give the currency that ARR is reported in a row with the rate 1"
        found.error("exchange_rates.csv", [row.number for row in rows], what, fix)


def check_words(rows: list[VocabularyWord], found: Findings) -> None:
    """Words are mapped to words that a model knows, and each vocabulary has some."""
    file = "vocabularies.csv"
    for row in rows:
        known = VOCABULARIES[row.vocabulary]
        if row.value not in known:
            what = f"no model reads a {row.vocabulary} '{row.value}'"
            found.error(file, row.number, what, use_one_of(row.value, known))
    for vocabulary in VOCABULARIES:
        if vocabulary not in [row.vocabulary for row in rows]:
            what = f"the vocabulary '{vocabulary}' has no words"
            found.error(file, (), what, "put its rows back")


def _check_sentinel_dates(ranges: list[SentinelDates], found: Findings) -> None:
    """No range ends before it begins."""
    for row in ranges:
        if row.last_date < row.first_date:
            what = f"the range ends on {row.last_date}, before it begins on {row.first_date}"
            found.error("sentinel_dates.csv", row.number, what, "swap the two dates")


def _check_source_limits(rows: list[SourceCheck], found: Findings) -> None:
    """A source warns before it fails, and a check of its volume is whole."""
    file = "source_checks.csv"
    for row in rows:
        warn_days, fail_days = row.warn_after_days, row.fail_after_days
        if warn_days is not None and fail_days is not None and warn_days >= fail_days:
            what = f"warn_after_days {warn_days:g} is not below fail_after_days {fail_days:g}"
            fix = "lower the first, raise the second, or leave one of them empty"
            found.error(file, row.number, what, fix)
        warn_share, fail_share = row.warn_below_share, row.fail_below_share
        if warn_share is not None and fail_share is not None and warn_share <= fail_share:
            what = f"warn_below_share {warn_share:g} is not above fail_below_share {fail_share:g}"
            fix = "raise the first, lower the second, or leave one of them empty"
            found.error(file, row.number, what, fix)
        volume = ("volume_window_days", "usual_windows", "usual_minimum_rows")
        given = [name for name in volume if getattr(row, name) is not None]
        has_share = warn_share is not None or fail_share is not None
        if (given or has_share) and not (len(given) == len(volume) and has_share):
            what = "the check of the volume is given in part"
            fix = f"fill in {listed(volume)} and a share below which to warn or fail, or none"
            found.error(file, row.number, what, fix)


def check_sync_fields(rows: list[SyncField], found: Findings) -> None:
    """Each CRM has one object, a field that accounts are found by, and no field is filled twice."""
    file = "sync_fields.csv"
    for (destination,), fields in grouped(rows, "destination").items():
        numbers = [row.number for row in fields]
        objects = sorted({row.object for row in fields})
        if len(objects) > 1:
            what = f"destination '{destination}' has more than one object ({listed(objects)})"
            found.error(file, numbers, what, "write the object that the CRM keeps accounts in")
        if ACCOUNT_KEY not in [row.payload_column for row in fields]:
            what = f"destination '{destination}' has no row for {ACCOUNT_KEY}"
            found.error(file, numbers, what, "add it, with the field that accounts are found by")
        for (remote_field,), same in grouped(fields, "remote_field").items():
            if len(same) > 1:
                what = f"remote_field '{remote_field}' of '{destination}' is filled twice"
                found.error(file, [row.number for row in same], what, "keep one of these rows")


# What to check, and the files it needs in the order of its arguments.
CHECKS: tuple[tuple[tuple[str, ...], Callable[..., None]], ...] = (
    (("bands.csv", "segments.csv", "lifecycle_stages.csv"), check_bands),
    (("scorecards.csv", "bands.csv"), check_fitted_limits),
    (
        ("segmentations.csv", "segments.csv", "lifecycle_stages.csv", "custom_fields.csv"),
        check_segmentations,
    ),
    (
        ("segmentations.csv", "segments.csv", "bands.csv", "metric_curves.csv"),
        check_use_of_segments,
    ),
    (("lifecycle_stages.csv",), _check_stages),
    (("tiers.csv",), _check_tiers),
    (("scorecards.csv",), _check_production),
    (("scorecards.csv", "scorecard_weights.csv"), _check_weights),
    (("scorecards.csv", "scorecard_weights.csv"), check_methods),
    (("scorecards.csv", "scoring_rules.csv"), check_rules),
    (("percentile_bands.csv",), check_percentiles),
    (("scorecards.csv", "scorecard_weights.csv", "dimensions.csv"), _check_weight_groups),
    (("dimensions.csv", "metrics.csv"), _check_dimensions),
    (("metrics.csv", "metric_curves.csv"), _check_curves),
    (("metrics.csv", "thresholds.csv"), _check_sentences),
    (("source_checks.csv",), _check_source_limits),
    (("sentinel_dates.csv",), _check_sentinel_dates),
    (("sync_fields.csv",), check_sync_fields),
    (("thresholds.csv",), check_thresholds),
    (("signal_types.csv",), _check_signal_types),
    (("overlay_words.csv",), _check_overlay_words),
    (("exchange_rates.csv",), _check_rates),
    (("exchange_rates.csv",), check_rates),
    (("metrics.csv", "metric_curves.csv", "scoring_rules.csv"), check_shares),
    (("vendor_columns.csv",), check_vendor_columns),
    (("account_matches.csv",), check_matches),
    (("triggers.csv", "trigger_conditions.csv"), check_triggers),
    (
        ("holdouts.csv", "triggers.csv", "trigger_conditions.csv", "thresholds.csv"),
        check_holdouts,
    ),
    (
        ("trigger_conditions.csv", "bands.csv", "segments.csv", "lifecycle_stages.csv"),
        check_conditions,
    ),
    (("trigger_conditions.csv",), check_signs),
)
