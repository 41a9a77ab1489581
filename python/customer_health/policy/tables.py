"""The form of each policy file: its columns, what their cells may hold, and the key of its rows."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from customer_health.methods import METHODS
from customer_health.policy.actions import (
    Holdout,
    Playbook,
    SyncField,
    Trigger,
    TriggerCondition,
)
from customer_health.policy.cells import (
    LONGEST_DAYS,
    Currency,
    Day,
    Flag,
    Number,
    PolicyRow,
    RefersTo,
    Row,
    Whole,
    Word,
    column_name,
    none_of,
    number,
    numbers,
    one_of,
    refusal,
)
from customer_health.policy.decisions import PolicyChange
from customer_health.policy.facts import (
    NUMBERS_OF_AN_ACCOUNT,
    PERSONAL_WORDS,
    TEXTS_OF_AN_ACCOUNT,
)
from customer_health.policy.matches import AccountMatch
from customer_health.policy.scoring import PercentileBand, ScoringRule
from customer_health.policy.vocabularies import VOCABULARIES

SIGNAL_TYPES = VOCABULARIES["signal_type"]
OVERLAY_ASPECTS = ("champion_status", "engagement_status", "outcome_narrative")


class Band(PolicyRow):
    """A row of bands.csv."""

    key = ("band_set", "rule", "applies_to", "band")
    band_set: str
    rule: Annotated[str, one_of("default", "segment", "stage", "renewal")]
    applies_to: str | None = None
    band: Annotated[str, none_of("insufficient data", "not scored")]
    lower_bound: Number
    upper_bound: Number
    is_flagged: Flag
    least_risk_multiple: Number | None = Field(default=None, ge=0)


def _field_name(text: str) -> str:
    if text in (*NUMBERS_OF_AN_ACCOUNT, *TEXTS_OF_AN_ACCOUNT):
        raise refusal(f"'{text}' is a field that accounts have already", "choose another name")
    return _not_personal(text)


def _raw_name(text: str) -> str:
    if not re.fullmatch(r"[\w .-]+", text):
        fix = "write what its system calls it, of letters, digits, blanks, _, . and - only"
        raise refusal(f"'{text}' is no name of a raw column", fix)
    return text


def _not_personal(text: str) -> str:
    parts = re.findall("[A-Z]?[a-z]+|[A-Z]+", text.replace("e-mail", "email"))
    if PERSONAL_WORDS.intersection(part.lower() for part in parts):
        fix = "leave the row out: accounts carry no data of persons; a category or a number may do"
        raise refusal(f"'{text}' looks like a person's data", fix)
    return text


class CustomField(Row):
    """A row of custom_fields.csv: a further column of the CRM's accounts."""

    key = ("field",)
    may_be_empty = True
    field: Annotated[str, AfterValidator(column_name), AfterValidator(_field_name)]
    raw_column: Annotated[str, AfterValidator(_raw_name), AfterValidator(_not_personal)]
    type: Annotated[str, one_of("text", "number", "date")]
    description: str


class Dimension(PolicyRow):
    """A row of dimensions.csv."""

    key = ("dimension",)
    dimension: str
    weight_group: str
    is_strategic: Flag
    display_name: str
    description: str


class ExchangeRate(PolicyRow):
    """A row of exchange_rates.csv."""

    key = ("currency",)
    currency: Currency
    rate: Number = Field(gt=0)


class MinorUnits(PolicyRow):
    """A row of minor_units.csv: in what unit payment systems count a currency."""

    key = ("currency",)
    currency: Currency
    units: Whole = Field(gt=0)


class LifecycleStage(PolicyRow):
    """A row of lifecycle_stages.csv."""

    key = ("lifecycle_stage",)
    lifecycle_stage: Annotated[str, none_of("all", "unknown")]
    from_day: Whole
    to_day: Whole | None = None


class CurvePoint(PolicyRow):
    """A row of metric_curves.csv."""

    key = ("metric", "segment", "lifecycle_stage", "at_value")
    metric: Annotated[str, RefersTo("metrics.csv")]
    segment: Annotated[str, RefersTo("segments.csv", all_allowed=True)]
    lifecycle_stage: Annotated[str, RefersTo("lifecycle_stages.csv", all_allowed=True)]
    at_value: Number
    score: Number = Field(ge=0, le=100)


def _words(text: str) -> list[str]:
    words = text.split("|")
    if any(word != word.strip() or not word for word in words):
        fix = "write words with | between them and no spaces around it, such as basic|starter"
        raise refusal(f"'{text}' is no list of words", fix)
    return words


def _shown_as(text: str) -> str:
    words = text.split("|")
    if text not in ("number", "percent", "change", "hours") and (len(words) < 2 or "" in words):
        fix = "write number, percent, change, hours, or words for 0, 1 and so on, such as no|yes"
        raise refusal(f"'{text}' is no way to show a value", fix)
    return text


class Metric(PolicyRow):
    """A row of metrics.csv."""

    key = ("metric",)
    metric: str
    dimension: Annotated[str, RefersTo("dimensions.csv")]
    feed: str
    unit: str
    direction: Annotated[str, one_of("higher", "lower", "range")]
    shape: Annotated[str, one_of("line", "steps")]
    weight: Number = Field(ge=0)
    when_absent: Annotated[str, one_of("zero", "unknown", "not_applicable")]
    warm_up_days: Whole = Field(ge=0, le=LONGEST_DAYS)
    indicator: Annotated[str, one_of("leading", "lagging")]
    is_vanity_suspect: Flag
    owner: str
    description: str
    said_by: Annotated[str, one_of("data", "people")]
    shown_as: Annotated[str, AfterValidator(_shown_as)]
    sentence: str


class OverlayWord(PolicyRow):
    """A row of overlay_words.csv: what a word of an assessment says of the account."""

    key = ("aspect", "word")
    aspect: Annotated[str, one_of(*OVERLAY_ASPECTS)]
    word: str
    verdict: Annotated[str, one_of(*VOCABULARIES["verdict"])]


class ScorecardWeight(PolicyRow):
    """A row of scorecard_weights.csv."""

    key = ("scorecard", "dimension")
    scorecard: Annotated[str, RefersTo("scorecards.csv")]
    dimension: Annotated[str, RefersTo("dimensions.csv")]
    weight: Number = Field(ge=0)


class Scorecard(PolicyRow):
    """A row of scorecards.csv."""

    key = ("scorecard",)
    scorecard: str
    role: Annotated[str, one_of("production", "challenger", "shadow", "off")]
    method: Annotated[str, one_of(*METHODS)]
    starts_from: str | None = None
    band_set: Annotated[str, RefersTo("bands.csv")]
    band_limits: Annotated[str, one_of("fixed", "fitted")]
    missing_dimensions: Annotated[str, one_of("impute", "renormalise")]
    weights_by: Annotated[str | None, RefersTo("segmentations.csv")] = None
    description: str


class Segment(PolicyRow):
    """A row of segments.csv: limits for a number, or words for a text."""

    key = ("segment",)
    segmentation: Annotated[str, RefersTo("segmentations.csv")]
    segment: Annotated[str, none_of("all", "unknown", "universal", "other")]
    min_value: Number | None = None
    max_value: Number | None = None
    words: Annotated[list[str], BeforeValidator(_words)] | None = None


class Segmentation(PolicyRow):
    """A row of segmentations.csv: a field of accounts that parts them into segments."""

    key = ("segmentation",)
    segmentation: Annotated[str, AfterValidator(column_name)]
    field: str
    is_primary: Flag
    description: str


class Tier(PolicyRow):
    """A row of tiers.csv."""

    key = ("tier",)
    tier: Whole = Field(ge=1)
    lower_bound: Number
    upper_bound: Number
    time_share: Number = Field(ge=0, le=1)
    cadence: Annotated[str, one_of("daily", "weekly", "biweekly", "monthly", "quarterly")]


class SentinelDates(PolicyRow):
    """A row of sentinel_dates.csv."""

    key = ("first_date",)
    first_date: Day
    last_date: Day


class SignalType(PolicyRow):
    """A row of signal_types.csv."""

    key = ("signal_type",)
    signal_type: Annotated[str, one_of(*SIGNAL_TYPES)]
    budget_effect: Number


class SourceCheck(PolicyRow):
    """A row of source_checks.csv."""

    key = ("source_name", "table_name")
    source_name: str
    table_name: str
    warn_after_days: Whole | None = Field(None, ge=1, le=LONGEST_DAYS)
    fail_after_days: Whole | None = Field(None, ge=1, le=LONGEST_DAYS)
    volume_window_days: Whole | None = Field(None, ge=1, le=365)
    usual_windows: Whole | None = Field(None, ge=2, le=60)
    usual_minimum_rows: Whole | None = Field(None, ge=1)
    warn_below_share: Number | None = Field(None, ge=0, le=1)
    fail_below_share: Number | None = Field(None, ge=0, le=1)


def _number_or_name(text: str) -> float | str:
    return number(text) if text[0] in "+-.0123456789" else text


class Threshold(PolicyRow):
    """A row of thresholds.csv: a number by name, and the values that make sense for it."""

    key = ("threshold",)
    threshold: Annotated[str, AfterValidator(column_name)]
    value: Number
    type: Annotated[str, one_of("whole", "number")]
    lowest: Number | None = None
    highest: Annotated[float | str, BeforeValidator(_number_or_name)] | None = None
    """Itself allowed; may be the name of a threshold that this one must not exceed."""
    choices: Annotated[list[float], BeforeValidator(numbers)] | None = None
    """The only values allowed."""
    unit: str
    description: str


class ValidationTarget(PolicyRow):
    """A row of validation_targets.csv."""

    key = ("figure",)
    figure: Annotated[str, one_of("accuracy", "precision", "recall", "specificity", "f1")]
    target: Number = Field(ge=0, le=1)
    excellent_target: Number | None = Field(None, ge=0, le=1)


def _raw_path(text: str) -> str:
    if not re.fullmatch(r"[\w .$-]+(\[\d+\])?", text):
        fix = "write the column's name, or of one that holds JSON column.field or column.field[0]"
        raise refusal(f"'{text}' is no name of a raw column", fix)
    return text


class VendorColumn(Row):
    """A row of vendor_columns.csv: what a company calls a column of a vendor's table."""

    key = ("vendor", "vendor_table", "column_name")
    may_be_empty = True
    vendor: Annotated[str, AfterValidator(column_name)]
    vendor_table: Annotated[str, AfterValidator(column_name)]
    column_name: Annotated[str, AfterValidator(column_name)]
    raw_column: Annotated[str, AfterValidator(_raw_path)]


class VocabularyWord(Row):
    """A row of vocabularies.csv."""

    key = ("vocabulary", "raw_value")
    vocabulary: Annotated[str, one_of(*VOCABULARIES)]
    raw_value: Word
    value: str


TABLES: dict[str, type[Row]] = {
    "account_matches.csv": AccountMatch,
    "bands.csv": Band,
    "custom_fields.csv": CustomField,
    "dimensions.csv": Dimension,
    "exchange_rates.csv": ExchangeRate,
    "lifecycle_stages.csv": LifecycleStage,
    "metric_curves.csv": CurvePoint,
    "minor_units.csv": MinorUnits,
    "metrics.csv": Metric,
    "overlay_words.csv": OverlayWord,
    "percentile_bands.csv": PercentileBand,
    "playbooks.csv": Playbook,
    "policy_changes.csv": PolicyChange,
    "scorecard_weights.csv": ScorecardWeight,
    "scorecards.csv": Scorecard,
    "scoring_rules.csv": ScoringRule,
    "segmentations.csv": Segmentation,
    "segments.csv": Segment,
    "sentinel_dates.csv": SentinelDates,
    "signal_types.csv": SignalType,
    "source_checks.csv": SourceCheck,
    "sync_fields.csv": SyncField,
    "tiers.csv": Tier,
    "thresholds.csv": Threshold,
    "triggers.csv": Trigger,
    "holdouts.csv": Holdout,
    "trigger_conditions.csv": TriggerCondition,
    "validation_targets.csv": ValidationTarget,
    "vendor_columns.csv": VendorColumn,
}

VOCABULARY_TABLES: dict[str, type[Row]] = {"vocabularies.csv": VocabularyWord}
