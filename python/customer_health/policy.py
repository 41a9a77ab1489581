"""Checks the policy: every number the scores are made of, in the CSV files of `seeds/policy`.

A policy that contradicts itself must not run, so the build asks `seed_problems` before it writes
anything; that checks the words of the sources (`seeds/vocabulary`) as well. Whoever edits these
files knows the business, not SQL: each message names the file, the row as an editor counts it,
what is wrong with it and how to mend it.

Three layers, each in its own place below: `TABLES` says what a file must look like, cell by cell;
`_read` holds a file against it; the `_check_…` functions look at rules that span rows and files.
"""

import csv
import difflib
import errno
import io
import itertools
import math
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

MAX_CURVE_POINTS = 5
MAX_WEIGHT_GROUPS = 6
WEIGHTS_TOLERANCE = 1e-9

# Between these, sums, products and slopes of what the policy says neither overflow nor vanish.
LARGEST_NUMBER = 1e12
SMALLEST_NUMBER = 1e-9
LARGEST_WHOLE = 1_000_000_000  # the seeds' integers hold 32 bits
LONGEST_DAYS = 36_500
LONGEST_CELL = 10_000
LARGEST_FILE = 20_000_000

# Texts for people, which nothing is compared with.
FREE_TEXT = ("description", "display_name", "owner", "source", "unit")

SIGNAL_TYPES = (
    "layoffs",
    "funding",
    "acquisition",
    "leadership_change",
    "competitor",
    "champion_job_change",
)

# The words of each vocabulary that the models read: what the words of a source may be mapped to.
VOCABULARIES: dict[str, tuple[str, ...]] = {
    "activity_type": (
        "call",
        "email",
        "meeting",
        "qbr",
        "training",
        "webinar",
        "community_post",
    ),
    "attendance": ("attended", "declined", "no_show"),
    "contact_role": (
        "champion",
        "executive_sponsor",
        "decision_maker",
        "admin",
        "user",
        "other",
    ),
    "contract_structure": ("monthly", "annual", "multi_year"),
    "feature_type": ("login", "page_view", "feature"),
    "milestone_type": (
        "first_value",
        "onboarding_complete",
        "integration_live",
        "use_case_live",
        "other",
    ),
    "opportunity_type": ("expansion", "renewal", "new_business"),
    "signal_type": SIGNAL_TYPES,
    "survey_type": ("nps", "csat", "ces", "pulse"),
    "ticket_priority": ("p1", "p2", "p3", "p4"),
}


@dataclass(frozen=True)
class Column:
    """What one column of a policy file may hold.

    `kind` is text, number, whole, date, boolean, currency or word (of a source). `low` and `high`
    are the limits, both allowed; `above` is a lower limit that is itself not allowed. `among` lists
    the only words allowed; `refers_to` names the file whose first column lists them, and
    `all_allowed` adds 'all'.
    `reserved` are words that mean something else already.
    """

    name: str
    kind: str = "text"
    may_be_blank: bool = False
    low: float = -math.inf
    high: float = math.inf
    above: float = -math.inf
    among: tuple[str, ...] = ()
    refers_to: str = ""
    all_allowed: bool = False
    reserved: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """The columns of a policy file and those which together may occur only once."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]


_SOURCE = Column("source")

TABLES: dict[str, Table] = {
    "bands.csv": Table(
        (
            Column("band_set"),
            Column("band", reserved=("insufficient data", "not scored")),
            Column("lower_bound", "number"),
            Column("upper_bound", "number"),
            Column("is_flagged", "boolean"),
            _SOURCE,
        ),
        key=("band_set", "band"),
    ),
    "dimensions.csv": Table(
        (
            Column("dimension"),
            Column("weight_group"),
            Column("is_strategic", "boolean"),
            Column("display_name"),
            Column("description"),
            _SOURCE,
        ),
        key=("dimension",),
    ),
    "exchange_rates.csv": Table(
        (Column("currency", "currency"), Column("rate", "number", above=0), _SOURCE),
        key=("currency",),
    ),
    "lifecycle_stages.csv": Table(
        (
            Column("lifecycle_stage", reserved=("all", "unknown")),
            Column("from_day", "whole"),
            Column("to_day", "whole", may_be_blank=True),
            _SOURCE,
        ),
        key=("lifecycle_stage",),
    ),
    "metric_curves.csv": Table(
        (
            Column("metric", refers_to="metrics.csv"),
            Column("segment", refers_to="segments.csv", all_allowed=True),
            Column("lifecycle_stage", refers_to="lifecycle_stages.csv", all_allowed=True),
            Column("at_value", "number"),
            Column("score", "number", low=0, high=100),
            _SOURCE,
        ),
        key=("metric", "segment", "lifecycle_stage", "at_value"),
    ),
    "metrics.csv": Table(
        (
            Column("metric"),
            Column("dimension", refers_to="dimensions.csv"),
            Column("feed"),
            Column("unit"),
            Column("direction", among=("higher", "lower", "range")),
            Column("shape", among=("line", "steps")),
            Column("weight", "number", low=0),
            Column("when_absent", among=("zero", "unknown", "not_applicable")),
            Column("warm_up_days", "whole", low=0, high=LONGEST_DAYS),
            Column("indicator", among=("leading", "lagging")),
            Column("is_vanity_suspect", "boolean"),
            Column("owner"),
            Column("description"),
            _SOURCE,
        ),
        key=("metric",),
    ),
    "scorecard_weights.csv": Table(
        (
            Column("scorecard", refers_to="scorecards.csv"),
            Column("dimension", refers_to="dimensions.csv"),
            Column("weight", "number", low=0),
            _SOURCE,
        ),
        key=("scorecard", "dimension"),
    ),
    "scorecards.csv": Table(
        (
            Column("scorecard"),
            Column("role", among=("production", "challenger", "shadow", "off")),
            Column("method", among=("expert", "equal", "correlation", "regression")),
            Column("starts_from", may_be_blank=True),
            Column("band_set", refers_to="bands.csv"),
            Column("missing_dimensions", among=("impute", "renormalise")),
            Column("description"),
            _SOURCE,
        ),
        key=("scorecard",),
    ),
    "segments.csv": Table(
        (
            Column("segment", reserved=("all", "unknown")),
            Column("min_employees", "whole"),
            Column("max_employees", "whole", may_be_blank=True),
            _SOURCE,
        ),
        key=("segment",),
    ),
    "sentinel_dates.csv": Table(
        (Column("first_date", "date"), Column("last_date", "date"), _SOURCE), key=("first_date",)
    ),
    "signal_types.csv": Table(
        (Column("signal_type", among=SIGNAL_TYPES), Column("budget_effect", "number"), _SOURCE),
        key=("signal_type",),
    ),
    "source_checks.csv": Table(
        (
            Column("source_name"),
            Column("table_name"),
            Column("warn_after_days", "whole", may_be_blank=True, low=1, high=LONGEST_DAYS),
            Column("fail_after_days", "whole", may_be_blank=True, low=1, high=LONGEST_DAYS),
            Column("volume_window_days", "whole", may_be_blank=True, low=1, high=365),
            Column("usual_windows", "whole", may_be_blank=True, low=2, high=60),
            Column("usual_minimum_rows", "whole", may_be_blank=True, low=1),
            Column("warn_below_share", "number", may_be_blank=True, low=0, high=1),
            Column("fail_below_share", "number", may_be_blank=True, low=0, high=1),
            _SOURCE,
        ),
        key=("source_name", "table_name"),
    ),
    "validation_targets.csv": Table(
        (
            Column("figure", among=("accuracy", "precision", "recall", "specificity", "f1")),
            Column("target", "number", low=0, high=1),
            Column("excellent_target", "number", may_be_blank=True, low=0, high=1),
            _SOURCE,
        ),
        key=("figure",),
    ),
    "thresholds.csv": Table(
        (
            Column("threshold"),
            Column("value", "number"),
            Column("unit"),
            Column("description"),
            _SOURCE,
        ),
        key=("threshold",),
    ),
}

VOCABULARY_TABLES: dict[str, Table] = {
    "vocabularies.csv": Table(
        (
            Column("vocabulary", among=tuple(VOCABULARIES)),
            Column("raw_value", "word"),
            Column("value"),
        ),
        key=("vocabulary", "raw_value"),
    ),
}


@dataclass(frozen=True)
class Threshold:
    """A threshold the models read, and the values that make sense for it.

    `low` and `high` are the limits, both allowed; `among` lists the only numbers allowed.
    """

    name: str
    low: float
    high: float
    whole: bool = True
    among: tuple[int, ...] = ()


THRESHOLDS = (
    Threshold("minimum_coverage_share", 0, 1, whole=False),
    Threshold("high_confidence_coverage_share", 0, 1, whole=False),
    Threshold("minimum_dimension_connected_share", 0, 1, whole=False),
    Threshold("minimum_peer_accounts", 1, 10_000),
    Threshold("momentum_stable_points", 0, 100, whole=False),
    Threshold("momentum_tie_break", 0, 1),
    Threshold("drop_alert_points", 0, 100, whole=False),
    Threshold("rapid_decline_points", 0, 100, whole=False),
    Threshold("renewal_window_days", 0, 730),
    Threshold("renewal_grace_days", 0, 365),
    Threshold("missing_row_days", 0, 365),
    Threshold("contract_overlap_days", 0, 365),
    Threshold("contract_overlap_share", 0, 1, whole=False),
    Threshold("successor_arr_share", 0, 1, whole=False),
    Threshold("nps_expiry_days", 1, 1825),
    Threshold("assessment_expiry_days", 1, 1825),
    Threshold("champion_active_days", 1, 730),
    Threshold("payment_past_due_days", 0, 365),
    Threshold("first_value_days", 1, 730),
    Threshold("onboarding_days", 1, 730),
    Threshold("integration_days", 1, 730),
    Threshold("active_users_goal", 1, 1_000_000),
    Threshold("late_row_days", 1, 366),
    Threshold("renewal_change_share", 0, 1, whole=False),
    Threshold("churned_arr_share", 0.01, 1, whole=False),
    Threshold("involuntary_counts_as_churn", 0, 1),
    Threshold("fit_horizon_days", 30, 90, among=(30, 60, 90)),
    Threshold("refit_months", 1, 12, among=(1, 2, 3, 4, 6, 12)),
    Threshold("refit_step_points", 0.1, 100, whole=False),
    Threshold("minimum_outcomes", 2, 1_000_000),
    Threshold("minimum_churned", 1, 1_000_000),
    Threshold("hybrid_portfolio_accounts", 1, 1_000_000),
    Threshold("segment_portfolio_accounts", 1, 1_000_000),
    Threshold("segment_accounts", 1, 1_000_000),
    Threshold("pooling_accounts", 0, 1_000_000),
    Threshold("ridge_penalty", 0.001, 1_000_000, whole=False),
    Threshold("bootstrap_samples", 50, 10_000),
    Threshold("confidence_share", 0.5, 0.999, whole=False),
    Threshold("fit_row_cap", 1_000, 100_000_000),
    Threshold("beats_probability", 0.5, 0.999, whole=False),
    Threshold("warning_days", 28, 730),
    Threshold("review_days", 28, 3650),
    Threshold("falling_months", 2, 24),
    Threshold("drift_reference_months", 1, 60),
    Threshold("false_discovery_share", 0.001, 0.5, whole=False),
    Threshold("vanity_correlation", 0, 1, whole=False),
    Threshold("suspicious_auc", 0.5, 1, whole=False),
    Threshold("include_above_correlation", 0, 1, whole=False),
    Threshold("skip_below_correlation", 0, 1, whole=False),
    Threshold("strong_above_correlation", 0, 1, whole=False),
    Threshold("weak_below_correlation", 0, 1, whole=False),
    # no shorter than the window in which its use counts
    Threshold("feature_retired_days", 28, 3650),
    Threshold("feature_proof_days", 2, 365),
    Threshold("source_gap_days", 1, 366),
    Threshold("source_gap_multiple", 1, 10, whole=False),
    Threshold("source_longest_gap_days", 1, 1100),
    Threshold("source_run_share", 0, 1, whole=False),
    Threshold("source_usual_share", 0, 1, whole=False),
    Threshold("source_busy_share", 0, 1, whole=False),
    Threshold("source_carrying_rows", 1, 1_000_000),
)

# The first must not exceed the second.
ORDERED_THRESHOLDS = (
    ("skip_below_correlation", "include_above_correlation"),
    ("weak_below_correlation", "strong_above_correlation"),
    ("minimum_churned", "minimum_outcomes"),
    ("hybrid_portfolio_accounts", "segment_portfolio_accounts"),
    ("minimum_coverage_share", "high_confidence_coverage_share"),
    ("drop_alert_points", "rapid_decline_points"),
    ("source_gap_days", "source_longest_gap_days"),
)


@dataclass(frozen=True)
class Row:
    """One row of a file: its number in an editor, and its cells by column."""

    number: int
    cells: dict

    def __getitem__(self, column: str):
        """Give the cell of a column."""
        return self.cells[column]


@dataclass
class Findings:
    """Collects the messages about one policy folder, in the one form they all have."""

    folder: str
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def error(
        self, file: str, rows: int | Sequence[int], what: str, mend: str = "", *, fix: str = ""
    ) -> None:
        """Note something that stops the build, and how to mend it."""
        remedy = f"Fix: {fix}" if fix else f"Fix: {mend}"
        self.errors.append(self._message(file, rows, what, remedy))

    def warning(self, file: str, rows: int | Sequence[int], what: str, mend: str) -> None:
        """Note something worth a look."""
        self.warnings.append(self._message(file, rows, what, f"Fix: {mend}"))

    def _message(self, file: str, rows: int | Sequence[int], what: str, remedy: str) -> str:
        numbers = [rows] if isinstance(rows, int) else list(rows)
        place = f"{self.folder}/{file}"
        if numbers:
            word = "row" if len(numbers) == 1 else "rows"
            place += f", {word} {', '.join(map(str, numbers))}"
        return f"{place}: {what}. {remedy}."


def seed_problems(seeds: Path, **named_in_code) -> tuple[list[str], list[str]]:
    """Find everything that keeps the files below `seeds/` from being used.

    Args:
        seeds: The folder with the folders `policy` and `vocabulary`.
        named_in_code: What the policy is held against; see `policy_problems`.

    Returns:
        The errors, which must stop the build, and the warnings.
    """
    errors, warnings = policy_problems(seeds / "policy", **named_in_code)
    return [*errors, *vocabulary_problems(seeds / "vocabulary"), *_stray_files(seeds)], warnings


def vocabulary_problems(vocabulary_dir: Path) -> list[str]:
    """Find everything that keeps the words of the sources from being read: a list of errors."""
    found = Findings("/".join(vocabulary_dir.parts[-2:]))
    for file, table in VOCABULARY_TABLES.items():
        rows = _read(vocabulary_dir / file, table, found)
        if rows is not None and not found.errors:
            _check_words(rows, found)
    return found.errors


def _stray_files(seeds: Path) -> list[str]:
    """Note other CSV files that dbt would stumble over, as it loads all there are."""
    known = {("policy", file) for file in TABLES}
    known |= {("vocabulary", file) for file in VOCABULARY_TABLES}
    found = Findings(seeds.name)
    for folder, _, files in os.walk(seeds):
        for file in sorted(files):
            path = Path(folder) / file
            place = path.relative_to(seeds)
            if path.suffix.lower() != ".csv" or place.parts in known:
                continue
            _text(path, found, str(place))
            if path.stem.lower() in {Path(name).stem for _, name in known}:
                what = f"dbt would take this file for another {path.stem.lower()}.csv"
                found.error(str(place), (), what, fix="take it away, or give it another name")
    return found.errors


def policy_problems(
    policy_dir: Path,
    computed_metrics: dict[str, list[str]] | None = None,
    known_feeds: list[str] | None = None,
    dated_tables: list[dict] | None = None,
) -> tuple[list[str], list[str]]:
    """Find everything that keeps the policy from being used.

    Args:
        policy_dir: The folder with the CSV files.
        computed_metrics: The metrics the models compute, by dimension. None: not compared.
        known_feeds: The feeds a metric may be read of. None: not compared.
        dated_tables: The raw tables whose rows have a time, with the limits that their contract
            gives to `dbt source freshness`: `{source, table, file, warn_after_days,
            fail_after_days}` for each. None: not compared.

    Returns:
        The errors, which must stop the build, and the warnings. Rules that span rows are checked
        only on files whose every cell is sound, so that one slip is not reported three times.
    """
    found = Findings("/".join(policy_dir.parts[-2:]))
    if not policy_dir.is_dir():
        what = f"{policy_dir}: there is no such folder"
        mend = "put it back, or delete the folder target if the project was moved"
        return [f"{what}. Fix: {mend}."], []
    tables: dict[str, list[Row]] = {}
    sound: set[str] = set()
    for file, table in TABLES.items():
        errors_before = len(found.errors)
        rows = _read(policy_dir / file, table, found)
        if rows is not None:
            tables[file] = rows
            if len(found.errors) == errors_before:
                sound.add(file)

    _check_references(tables, found)
    for needed, check in CHECKS:
        if sound.issuperset(needed):
            check(*(tables[file] for file in needed), found)
    if computed_metrics is not None and "metrics.csv" in sound:
        _check_computed(tables["metrics.csv"], computed_metrics, found)
    if known_feeds is not None and "metrics.csv" in sound:
        _check_feeds(tables["metrics.csv"], known_feeds, found)
    if dated_tables is not None and "source_checks.csv" in sound:
        _check_dated_tables(tables["source_checks.csv"], dated_tables, found)
    return found.errors, found.warnings


# ---------------------------------------------------------------------------------------- reading


def _read(path: Path, table: Table, found: Findings) -> list[Row] | None:
    """Read a file against its table; None if it cannot be read as that table at all.

    Cells that do not fit are noted and become None.
    """
    file = path.name
    expected = [column.name for column in table.columns]
    text = _text(path, found, file)
    if text is None:
        return None
    header_line = text.splitlines()[0] if text else ""
    for separator, word in ((";", "semicolons"), ("\t", "tabs")):
        if separator in header_line and "," not in header_line:
            what = f"the columns are separated by {word}, as some Excel versions do"
            found.error(file, 1, what, "save it as 'CSV UTF-8 (comma delimited)'")
            return None
    lines = _records(text, file, found)
    if lines is None:
        return None
    header = lines[0][1] if lines else []
    if not _header_fits(file, header, expected, found):
        return None

    rows = []
    blank = []
    for number, fields in lines[1:]:
        if not any(value.strip() for value in fields):
            blank.append(number)
            continue
        if fields == header:
            found.error(file, number, "the header is there again", fix="take the row out")
            continue
        if len(fields) != len(header):
            what = f"the row has {len(fields)} fields, the header {len(header)}"
            mend = "put a text that holds a comma between double quotes, and fill in what is left"
            found.error(file, number, what, mend)
            continue
        texts = dict(zip(header, fields, strict=True))
        cells = {c.name: _cell(texts[c.name], c, file, number, found) for c in table.columns}
        rows.append(Row(number, cells))
    if blank:
        what = "nothing stands here but commas or blanks, which a spreadsheet leaves behind"
        found.error(file, blank, what, fix="take them out")
    if not lines[1:]:
        found.error(file, 1, "the file has no rows", "put its rows back")
    _check_key(file, table.key, rows, found)
    return rows


def _text(path: Path, found: Findings, file: str) -> str | None:
    """Give the text of a file; None if, noted, it is none that dbt could load."""

    def unreadable(what: str, fix: str) -> None:
        found.error(file, (), what, fix=fix)

    try:
        if path.exists() and not path.is_file():
            what = "this is a folder, not a file" if path.is_dir() else "this is not a plain file"
            return unreadable(what, "put the CSV file there instead")
        if path.stat().st_size > LARGEST_FILE:
            return unreadable("the file is too large for a seed", "put the CSV file back")
        content = path.read_bytes()
    except FileNotFoundError:
        if path.is_symlink():
            return unreadable("this link points to nothing", "put the file itself there")
        near = _nearest(path.name, [other.name for other in path.parent.glob("*")])
        mend = f"rename {near} to {path.name}" if near else f"put {path.name} back"
        found.error(file, (), "the file is missing", mend)
        return None
    except PermissionError:
        return unreadable("the file may not be read", "give yourself the permission to read it")
    except OSError as error:
        if error.errno == errno.ELOOP:
            return unreadable("this link leads back to itself", "put the file itself there")
        return unreadable(f"the file cannot be read ({error.strerror})", "put a copy there")

    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return unreadable("the file is written in UTF-16", "save it as 'CSV UTF-8'")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        mend = "save it as 'CSV UTF-8'"
        found.error(file, (), "the file is not written in UTF-8", mend)
        return None
    control = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text)
    if control:
        what = f"there is a character that belongs in no text (U+{ord(control[0]):04X})"
        number = _row_at(text, control.start())
        found.error(file, number, what, fix="take it out, or save the file as 'CSV UTF-8'")
        return None
    return text


def _records(text: str, file: str, found: Findings) -> list[tuple[int, list[str]]] | None:
    """Split CSV text into records, each with the number of its first line; without empty lines.

    None if, noted, Python and the database could split it in different ways.
    """
    line_ends: dict[str, int] = {}
    for match in re.finditer(r'"(?:[^"]|"")*"|"|\r\n|\r|\n', text):
        token, start, end = match[0], match.start(), match.end()
        if token[0] != '"':
            if token not in line_ends:
                line_ends[token] = _row_at(text, start)
        elif token == '"':
            what = "a double quote opens a text here, and none closes it"
            found.error(file, _row_at(text, start), what, fix="close the text, or take it out")
            return None
        elif text[start - 1 : start] not in ("", ",", "\r", "\n") or text[end : end + 1] not in (
            *("", ",", "\r", "\n"),
        ):
            what = "a double quote stands within a text, or none closes the one that opens it"
            fix = 'put the whole text between double quotes, and write "" for the one within'
            found.error(file, _row_at(text, start), what, fix=fix)
            return None
    if len(line_ends) > 1:
        what = "from this row on lines end in another way than before (Windows, Unix or old Mac)"
        fix = "save the file again as 'CSV UTF-8', with one kind of line ends"
        found.error(file, max(line_ends.values()), what, fix=fix)
        return None

    reader = csv.reader(io.StringIO(text, newline=""))
    records = []
    first_line = 1
    try:
        for fields in reader:
            if fields:
                records.append((first_line, fields))
            first_line = reader.line_num + 1
    except csv.Error:
        _note_long_cell(file, first_line, found)
        return None
    if records and records[0][0] != 1:
        found.error(file, 1, "a blank line stands above the header", fix="take the line out")
        return None
    return records


def _row_at(text: str, position: int) -> int:
    """Give the number that an editor shows for the line of a position."""
    return len(re.findall(r"\r\n|\r|\n", text[:position])) + 1


def _note_long_cell(file: str, number: int, found: Findings) -> None:
    what = f"a text is longer than {LONGEST_CELL:,} characters"
    found.error(file, number, what, fix="shorten it, or close the double quote that opens it")


def _header_fits(file: str, header: list[str], expected: list[str], found: Findings) -> bool:
    spaced = [name for name in header if name != name.strip() and name.strip() in expected]
    if spaced:
        what = f"the column '{spaced[0]}' has a space before or after its name"
        found.error(file, 1, what, fix="take the space out")
        return False
    unknown = [name for name in header if name not in expected]
    missing = [name for name in expected if name not in header]
    for name in unknown:
        near = _nearest(name, missing)
        mend = f"call it '{near}'" if near else f"take it out; known are {_listed(expected)}"
        found.error(file, 1, f"there is no column '{name}' in this file's form", mend)
    for name in missing:
        if name not in [_nearest(other, missing) for other in unknown]:
            found.error(file, 1, f"the column '{name}' is missing", "put it back")
    for name in sorted({name for name in header if header.count(name) > 1}):
        found.error(file, 1, f"the column '{name}' is there twice", "keep one of them")
    return sorted(header) == sorted(expected)


def _cell(text: str, column: Column, file: str, number: int, found: Findings):
    """Give the value of a cell, or None where it is blank or, noted, does not fit."""

    def wrong(what: str, mend: str = "", *, fix: str = "") -> None:
        found.error(file, number, f"{column.name} {what}", mend, fix=fix)

    if not text.strip():
        if column.name == "source":
            wrong("is empty", "say where the number comes from, or 'project default'")
        elif not column.may_be_blank:
            wrong("is empty", f"fill in {column.name}")
        return None
    if len(text) > LONGEST_CELL:
        return _note_long_cell(file, number, found)
    if text != text.strip():
        return wrong(f"'{text}' has a space before or after it", "take the space out")
    if text.startswith("'"):
        # the database may take it for the quote that texts are put in
        return wrong(f"{text} begins with a single quote", fix="write it without")
    hidden = _hidden_character(text)
    if hidden and column.name not in FREE_TEXT:
        what = f"holds a character that cannot be seen (U+{ord(hidden):04X})"
        return wrong(what, fix="type the text anew")

    if column.kind == "boolean":
        if text.lower() not in ("true", "false"):
            return wrong(f"is '{text}'", "write true or false")
        return text.lower() == "true"

    if column.kind == "date":
        value = _date(text)
        if value is None:
            return wrong(f"'{text}' is not a date", "write it as YYYY-MM-DD, such as 2099-12-31")
        return value

    if column.kind in ("number", "whole"):
        value = _number(text)
        if value is None:
            return wrong(f"'{text}' is not a number", "write digits and a point, such as 12.5")
        largest = LARGEST_WHOLE if column.kind == "whole" else LARGEST_NUMBER
        if abs(value) > largest:
            return wrong(
                f"{text} is too large to compute with", fix=f"write {largest:,.0f} at most"
            )
        if abs(value) < SMALLEST_NUMBER and re.search("[1-9]", text.lower().split("e")[0]):
            fix = f"write 0, or {SMALLEST_NUMBER:g} at least"
            return wrong(f"{text} is too close to 0 to compute with", fix=fix)
        if column.kind == "whole" and not value.is_integer():
            return wrong(f"'{text}' is not a whole number", "write it without decimals")
        if value <= column.above:
            return wrong(f"{text} is too small", f"write a number above {column.above:g}")
        if not column.low <= value <= column.high:
            limit = f"at least {column.low:g}"
            if math.isfinite(column.high):
                limit = f"between {column.low:g} and {column.high:g}"
            return wrong(f"{text} is outside what is allowed", f"write a number {limit}")
        return value

    if column.kind == "currency":
        if not re.fullmatch("[A-Za-z]{3}", text):
            fix = "write the three letters of ISO 4217, such as EUR"
            return wrong(f"'{text}' is not the code of a currency", fix=fix)
        return text.upper()

    if column.kind == "word" and text != text.lower():
        fix = f"write '{text.lower()}': words are compared in lower case"
        return wrong(f"'{text}' has capitals", fix=fix)
    if column.among and text not in column.among:
        return wrong(f"'{text}' is not known", _use_one_of(text, column.among))
    if text in column.reserved:
        return wrong(f"'{text}' is a word with its own meaning here", "choose another name")
    return text


def _date(text: str) -> date | None:
    """Read a day written YYYY-MM-DD; None for anything else."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9-]{5}", text) else None
    except ValueError:
        return None


def _number(text: str) -> float | None:
    """Read a plain decimal number (too large: infinity); None for others, also nan and 1_000."""
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text, flags=re.ASCII):
        return None
    return float(text)


def _hidden_character(text: str) -> str | None:
    """Give the first character that looks like none or like a plain space, if there is one."""
    categories = ("Cc", "Cf", "Zl", "Zp", "Zs")
    seen = (char for char in text if char != " " and unicodedata.category(char) in categories)
    return next(seen, None)


# --------------------------------------------------------------------------------- rules over rows


def _check_key(file: str, key: tuple[str, ...], rows: list[Row], found: Findings) -> None:
    """Two rows that say the same thing twice are two rules of equal precedence."""
    for values, same in _grouped(rows, *key).items():
        if len(same) > 1 and None not in values:
            named = ", ".join(
                f"{column} {_show(value)}" for column, value in zip(key, values, strict=True)
            )
            what = f"{named} is there {len(same)} times, and nothing says which row counts"
            found.error(file, [row.number for row in same], what, "keep one of these rows")


def _check_references(tables: dict[str, list[Row]], found: Findings) -> None:
    """Each id that one file takes from another exists there."""
    for file, rows in tables.items():
        for column in TABLES[file].columns:
            if column.refers_to not in tables:
                continue
            id_column = TABLES[column.refers_to].columns[0].name
            known = list(dict.fromkeys(row[id_column] for row in tables[column.refers_to]))
            known = [name for name in known if name is not None]
            if column.all_allowed:
                known.append("all")
            for (name,), same in _grouped(rows, column.name).items():
                if name is not None and name not in known:
                    what = f"{column.name} '{name}' is not in {column.refers_to}"
                    numbers = [row.number for row in same]
                    found.error(file, numbers, what, _use_one_of(name, known))


def _check_ranges(
    file: str, rows: list[Row], low: str, high: str, end: float, whose: str, found: Findings
) -> None:
    """Half-open ranges [low, high) cover everything from 0 to `end` once.

    A blank `high` has no end. `end` is the value that the last `high` must have.
    """

    def upper(row: Row) -> float:
        return math.inf if row[high] is None else row[high]

    def shown(value: float) -> str:
        return "open" if math.isinf(value) else f"{value:.12g}"

    empty = [row for row in rows if row[low] >= upper(row)]
    for row in empty:
        what = f"{low} {shown(row[low])} is not below {high} {shown(upper(row))}"
        found.error(file, row.number, what, f"make {high} the larger of the two")
    if empty:
        return

    ordered = sorted(rows, key=lambda row: row[low])
    first, last = ordered[0], ordered[-1]
    if first[low] != 0:
        what = f"the lowest {low}{whose} is {shown(first[low])}, not 0"
        found.error(file, first.number, what, f"set {low} of this row to 0")
    for before, after in itertools.pairwise(ordered):
        if upper(before) != after[low]:
            word = "a gap" if upper(before) < after[low] else "an overlap"
            what = (
                f"there is {word} between {high} {shown(upper(before))} of row {before.number}"
                f" and {low} {shown(after[low])} of this row{whose}"
            )
            mend = f"set {high} of row {before.number} and {low} of this row to the same number"
            found.error(file, after.number, what, mend)
    if upper(last) != end:
        to = "leave it empty" if math.isinf(end) else f"set {high} of this row to {end:g}"
        what = f"the highest {high}{whose} is {shown(upper(last))}, not {shown(end)}"
        found.error(file, last.number, what, to)


def _check_bands(bands: list[Row], found: Findings) -> None:
    for (band_set,), rows in _grouped(bands, "band_set").items():
        whose = f" of band_set '{band_set}'"
        _check_ranges("bands.csv", rows, "lower_bound", "upper_bound", 100, whose, found)
        from_below = sorted(rows, key=lambda row: row["lower_bound"])
        flags = [row["is_flagged"] for row in from_below]
        if flags != sorted(flags, reverse=True) or all(flags) or not any(flags):
            what = f"is_flagged{whose} does not part the lower bands from the upper ones"
            mend = "write true for the lowest bands that call for action, false for those above"
            found.error("bands.csv", [row.number for row in rows], what, mend)


def _check_segments(segments: list[Row], found: Findings) -> None:
    low, high = "min_employees", "max_employees"
    _check_ranges("segments.csv", segments, low, high, math.inf, "", found)


def _check_stages(stages: list[Row], found: Findings) -> None:
    _check_ranges("lifecycle_stages.csv", stages, "from_day", "to_day", math.inf, "", found)


def _check_production(scorecards: list[Row], found: Findings) -> None:
    numbers = [row.number for row in scorecards if row["role"] == "production"]
    if len(numbers) != 1:
        what = f"{len(numbers) or 'no'} scorecards have the role production"
        mend = "give exactly one scorecard the role production; others may be challenger or off"
        found.error("scorecards.csv", numbers, what, mend)


def _check_weights(scorecards: list[Row], weights: list[Row], found: Findings) -> None:
    of_scorecard = _grouped(weights, "scorecard")
    experts = [row["scorecard"] for row in scorecards if row["method"] == "expert"]
    for scorecard in scorecards:
        name = scorecard["scorecard"]
        rows = of_scorecard.get((name,), [])
        if scorecard["method"] != "expert":
            _check_start(scorecard, rows, experts, found)
            continue
        if scorecard["starts_from"]:
            what = f"scorecard '{name}' of method expert starts from '{scorecard['starts_from']}'"
            found.error("scorecards.csv", scorecard.number, what, "leave starts_from empty")
        if not rows:
            mend = f"add its rows to {found.folder}/scorecard_weights.csv"
            what = f"scorecard '{name}' has no weights"
            found.error("scorecards.csv", scorecard.number, what, mend)
            continue
        total = math.fsum(row["weight"] for row in rows)
        if abs(total - 100) > WEIGHTS_TOLERANCE:
            much = f"{abs(total - 100):.12g} {'less' if total > 100 else 'more'}"
            what = f"the weights of scorecard '{name}' sum to {total:.12g}, not to 100"
            mend = f"change these weights so that they sum to 100 ({much})"
            found.error("scorecard_weights.csv", [row.number for row in rows], what, mend)


def _check_start(
    scorecard: Row, weights: list[Row], experts: Sequence[str], found: Findings
) -> None:
    """Note it if a scorecard whose weights are computed has some, or starts from no expert one."""
    name, method, start = scorecard["scorecard"], scorecard["method"], scorecard["starts_from"]
    if weights:
        what = f"scorecard '{name}' has weights of its own, and its method is {method}"
        mend = f"take these rows out, or give '{name}' the method expert in scorecards.csv"
        found.error("scorecard_weights.csv", [row.number for row in weights], what, mend)
    if start not in experts:
        what = (
            f"starts_from '{start}' of scorecard '{name}' is no scorecard of method expert"
            if start
            else f"scorecard '{name}' of method {method} has no starts_from"
        )
        found.error("scorecards.csv", scorecard.number, what, _use_one_of(start or "", experts))


def _check_weight_groups(
    scorecards: list[Row], weights: list[Row], dimensions: list[Row], found: Findings
) -> None:
    group_of = {row["dimension"]: row["weight_group"] for row in dimensions}
    in_use = {row["scorecard"] for row in scorecards if row["role"] != "off"}
    for (name,), rows in _grouped(weights, "scorecard").items():
        weighted = [row for row in rows if row["weight"] > 0]
        groups = {group_of.get(row["dimension"], row["dimension"]) for row in weighted}
        if name in in_use and len(groups) > MAX_WEIGHT_GROUPS:
            what = (
                f"scorecard '{name}' weighs {len(groups)} groups of dimensions"
                f" ({_listed(sorted(groups))}); with more than {MAX_WEIGHT_GROUPS} no single one"
                " moves the score much"
            )
            mend = "give the least important ones weight 0, or join two in dimensions.csv"
            numbers = [row.number for row in weighted]
            found.warning("scorecard_weights.csv", numbers, what, mend)


def _check_dimensions(dimensions: list[Row], metrics: list[Row], found: Findings) -> None:
    weighted = {row["dimension"] for row in metrics if row["weight"] > 0}
    for row in dimensions:
        if row["dimension"] not in weighted:
            what = f"dimension '{row['dimension']}' has no metric with a weight above 0"
            mend = f"give one of its metrics a weight in {found.folder}/metrics.csv"
            found.error("dimensions.csv", row.number, what, mend)


def _check_curves(metrics: list[Row], curves: list[Row], found: Findings) -> None:
    direction_of = {row["metric"]: row["direction"] for row in metrics}
    curve_of = _grouped(curves, "metric", "segment", "lifecycle_stage")
    for row in metrics:
        if row["weight"] > 0 and (row["metric"], "all", "all") not in curve_of:
            what = f"metric '{row['metric']}' has a weight but no curve that turns it into a score"
            mend = f"add its points (all, all) to {found.folder}/metric_curves.csv, or weight 0"
            found.error("metrics.csv", row.number, what, mend)

    for (metric, segment, stage), rows in curve_of.items():
        numbers = [row.number for row in rows]
        curve = f"the curve of '{metric}' for segment '{segment}' and stage '{stage}'"
        if not 2 <= len(rows) <= MAX_CURVE_POINTS:
            what = f"{curve} has {len(rows)} point{'s' if len(rows) > 1 else ''}"
            found.error("metric_curves.csv", numbers, what, f"give it 2 to {MAX_CURVE_POINTS}")
        sign = {"higher": 1, "lower": -1}.get(direction_of.get(metric, ""), 0)
        points = sorted(rows, key=lambda row: row["at_value"])
        for before, after in itertools.pairwise(points):
            if (after["score"] - before["score"]) * sign < 0:
                word = "falls" if sign > 0 else "rises"
                what = (
                    f"{curve} {word} from score {before['score']:g} (row {before.number}) to"
                    f" {after['score']:g}, but direction in metrics.csv is"
                    f" '{direction_of[metric]}'"
                )
                mend = "change the score, or the metric's direction"
                found.error("metric_curves.csv", after.number, what, mend)


def _check_thresholds(rows: list[Row], found: Findings) -> None:
    file = "thresholds.csv"
    row_of = {row["threshold"]: row for row in rows}
    known = {threshold.name: threshold for threshold in THRESHOLDS}
    missing = [name for name in known if name not in row_of]
    for row in rows:
        name, value = row["threshold"], row["value"]
        threshold = known.get(name)
        if threshold is None:
            near = _nearest(name, missing)
            mend = f"call it '{near}'" if near else "take the row out"
            found.error(file, row.number, f"no model reads a threshold '{name}'", mend)
        elif threshold.whole and not value.is_integer():
            what = f"{name} {value:g} is not a whole number"
            found.error(file, row.number, what, "write it without decimals")
        elif not threshold.low <= value <= threshold.high:
            what = f"{name} {value:g} makes no sense"
            mend = f"write a number between {threshold.low:g} and {threshold.high:g}"
            found.error(file, row.number, what, mend)
        elif threshold.among and value not in threshold.among:
            what = f"{name} {value:g} is not among what it can be"
            mend = f"use one of {_listed([f'{number}' for number in threshold.among])}"
            found.error(file, row.number, what, mend)
    for name in missing:
        found.error(file, (), f"the threshold '{name}' is missing", f"add a row '{name}'")
    for lesser, greater in ORDERED_THRESHOLDS:
        if lesser in row_of and greater in row_of:
            low, high = row_of[lesser], row_of[greater]
            if low["value"] > high["value"]:
                what = f"{lesser} {low['value']:g} is above {greater} {high['value']:g}"
                mend = f"lower {lesser} or raise {greater}"
                found.error(file, [low.number, high.number], what, mend)


def _check_signal_types(rows: list[Row], found: Findings) -> None:
    for name in SIGNAL_TYPES:
        if name not in [row["signal_type"] for row in rows]:
            mend = f"add a row '{name}' (budget_effect 0: it changes nothing)"
            found.error("signal_types.csv", (), f"the signal type '{name}' is missing", mend)


def _check_rates(rows: list[Row], found: Findings) -> None:
    """The reporting currency, in units of which the rates are given, is worth one of itself."""
    if not any(row["rate"] == 1 for row in rows):
        what = "none of these rates is 1, so the reporting currency is missing or its rate is wrong"
        fix = "give the currency that ARR is reported in a row with the rate 1"
        found.error("exchange_rates.csv", [row.number for row in rows], what, fix=fix)


def _check_words(rows: list[Row], found: Findings) -> None:
    """Words are mapped to words that a model knows, and each vocabulary has some."""
    file = "vocabularies.csv"
    for row in rows:
        known = VOCABULARIES[row["vocabulary"]]
        if row["value"] not in known:
            what = f"no model reads a {row['vocabulary']} '{row['value']}'"
            found.error(file, row.number, what, fix=_use_one_of(row["value"], known))
    for vocabulary in VOCABULARIES:
        if vocabulary not in [row["vocabulary"] for row in rows]:
            what = f"the vocabulary '{vocabulary}' has no words"
            found.error(file, (), what, fix="put its rows back")


def _check_sentinel_dates(ranges: list[Row], found: Findings) -> None:
    """No range ends before it begins."""
    for row in ranges:
        first, last = row["first_date"], row["last_date"]
        if first and last and last < first:
            what = f"the range ends on {last}, before it begins on {first}"
            found.error("sentinel_dates.csv", row.number, what, "swap the two dates")


def _check_source_limits(rows: list[Row], found: Findings) -> None:
    """A source warns before it fails, and a check of its volume is whole."""
    file = "source_checks.csv"
    for row in rows:
        warn_days, fail_days = row["warn_after_days"], row["fail_after_days"]
        if warn_days is not None and fail_days is not None and warn_days >= fail_days:
            what = f"warn_after_days {warn_days:g} is not below fail_after_days {fail_days:g}"
            mend = "lower the first, raise the second, or leave one of them empty"
            found.error(file, row.number, what, mend)
        warn_share, fail_share = row["warn_below_share"], row["fail_below_share"]
        if warn_share is not None and fail_share is not None and warn_share <= fail_share:
            what = f"warn_below_share {warn_share:g} is not above fail_below_share {fail_share:g}"
            mend = "raise the first, lower the second, or leave one of them empty"
            found.error(file, row.number, what, mend)
        volume = ("volume_window_days", "usual_windows", "usual_minimum_rows")
        given = [name for name in volume if row[name] is not None]
        has_share = warn_share is not None or fail_share is not None
        if (given or has_share) and not (len(given) == len(volume) and has_share):
            what = "the check of the volume is given in part"
            mend = f"fill in {_listed(volume)} and a share below which to warn or fail, or none"
            found.error(file, row.number, what, mend)


def _check_computed(
    metrics: list[Row], computed_metrics: dict[str, list[str]], found: Findings
) -> None:
    """The metrics in the policy are those the models compute."""
    computed_in = {
        metric: dimension for dimension, names in computed_metrics.items() for metric in names
    }
    in_policy = {row["metric"] for row in metrics}
    without_row = [name for name in computed_in if name not in in_policy]
    for row in metrics:
        metric, dimension = row["metric"], row["dimension"]
        if metric not in computed_in:
            near = _nearest(metric, without_row)
            mend = f"call it '{near}'" if near else "take the row out, or add the metric to a model"
            found.error("metrics.csv", row.number, f"no model computes a metric '{metric}'", mend)
        elif computed_in[metric] != dimension:
            what = f"metric '{metric}' is computed in dimension '{computed_in[metric]}'"
            what += f", but this row puts it in '{dimension}'"
            mend = f"set dimension to '{computed_in[metric]}'"
            found.error("metrics.csv", row.number, what, mend)
    for name in without_row:
        what = f"a model computes '{name}' in dimension '{computed_in[name]}', but it has no row"
        found.error("metrics.csv", (), what, "add a row for it (weight 0 switches it off)")


def _check_feeds(metrics: list[Row], known_feeds: list[str], found: Findings) -> None:
    """Each metric is read of feeds that there are; of another it would be unknown for ever."""
    for row in metrics:
        for feed in row["feed"].split("+"):
            if feed in known_feeds:
                continue
            near = _nearest(feed, known_feeds)
            mend = f"write '{near}', if that is meant" if near else "name a feed that there is"
            found.error("metrics.csv", row.number, f"feed '{feed}' is not known", mend)


def _check_dated_tables(rows: list[Row], dated_tables: list[dict], found: Findings) -> None:
    """Each raw table with a time has a row, and its contract gives dbt the same limits."""
    file = "source_checks.csv"
    contract_of = {f"{entry['source']}.{entry['table']}": entry for entry in dated_tables}
    row_of = {f"{row['source_name']}.{row['table_name']}": row for row in rows}
    missing = [name for name in contract_of if name not in row_of]
    for name, row in row_of.items():
        if name not in contract_of:
            near = _nearest(name, missing)
            mend = f"write {near.replace('.', ',')}, if that is meant" if near else "take it out"
            what = f"the raw contract has no table '{name}' whose rows have a time"
            found.error(file, row.number, what, mend)
            continue
        for limit, key in (("warn_after_days", "warn_after"), ("fail_after_days", "error_after")):
            days = contract_of[name][limit]
            if row[limit] != days:
                here, there = ("empty" if d is None else f"{d:g}" for d in (row[limit], days))
                what = f"{limit} of {name} is {here}, but `dbt source freshness` goes by {there}"
                mend = (
                    f"take {key} out of" if row[limit] is None else f"set {key} to {here} days in"
                )
                found.warning(file, row.number, what, f"{mend} {contract_of[name]['file']}")
    for name in missing:
        mend = "add a row for it (with limits left empty it is not checked)"
        found.error(file, (), f"the raw table '{name}' has no row", mend)


# What to check, and the files it needs in the order of its arguments.
CHECKS: tuple[tuple[tuple[str, ...], Callable[..., None]], ...] = (
    (("bands.csv",), _check_bands),
    (("segments.csv",), _check_segments),
    (("lifecycle_stages.csv",), _check_stages),
    (("scorecards.csv",), _check_production),
    (("scorecards.csv", "scorecard_weights.csv"), _check_weights),
    (("scorecards.csv", "scorecard_weights.csv", "dimensions.csv"), _check_weight_groups),
    (("dimensions.csv", "metrics.csv"), _check_dimensions),
    (("metrics.csv", "metric_curves.csv"), _check_curves),
    (("source_checks.csv",), _check_source_limits),
    (("sentinel_dates.csv",), _check_sentinel_dates),
    (("thresholds.csv",), _check_thresholds),
    (("signal_types.csv",), _check_signal_types),
    (("exchange_rates.csv",), _check_rates),
)


# ------------------------------------------------------------------------------------------ words


def _grouped(rows: Iterable[Row], *columns: str) -> dict[tuple, list[Row]]:
    """Group rows by the cells of some columns, in the order of the file."""
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in columns)].append(row)
    return dict(groups)


def _nearest(name: str, known: Iterable[str]) -> str | None:
    """Give the known name that `name` is most likely a slip of, if any is close."""
    near = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)
    return near[0] if near else None


def _use_one_of(name: str, known: Sequence[str]) -> str:
    near = _nearest(name, known)
    return f"write '{near}', if that is meant" if near else f"use one of {_listed(known)}"


def _listed(names: Sequence[str]) -> str:
    """List some names, the first eight if there are more."""
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown} … ({len(names)} in all)"


def _show(value) -> str:
    return f"{value:g}" if isinstance(value, float) else f"'{value}'"
