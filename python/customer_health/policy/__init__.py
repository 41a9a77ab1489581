"""Checks the policy: every number the scores are made of, in the CSV files of `seeds/policy`.

A policy that contradicts itself must not run, so the build asks `seed_problems` before it writes
anything; that checks the words of the sources (`seeds/vocabulary`) as well. Whoever edits these
files knows the business, not SQL: each message names the file, the row as an editor counts it,
what is wrong with it and how to fix it.

`tables` says what a file must look like, cell by cell; `files` reads it; `rules` and `thresholds`
look at rules that span rows and files; `code` holds the policy against what the code names.
"""

import os
from pathlib import Path
from typing import Any, cast

from customer_health.policy import code, rules
from customer_health.policy.files import plain_text, read
from customer_health.policy.findings import Findings
from customer_health.policy.matches import check_free_mail
from customer_health.policy.tables import TABLES, VOCABULARY_TABLES
from customer_health.policy.vocabularies import VOCABULARIES

__all__ = [
    "TABLES",
    "VOCABULARIES",
    "VOCABULARY_TABLES",
    "custom_columns",
    "policy_problems",
    "seed_problems",
    "vendor_columns",
]


def seed_problems(seeds: Path, **named_in_code: Any) -> tuple[list[str], list[str]]:
    """Find everything that keeps the files below `seeds/` from being used.

    Args:
        seeds: The folder with the folders `policy` and `vocabulary`.
        named_in_code: What the policy is held against; see `policy_problems`.

    Returns:
        The errors, which must stop the build, and the warnings.
    """
    errors, warnings = policy_problems(seeds / "policy", **named_in_code)
    words = vocabulary_problems(seeds / "vocabulary")
    if not errors and not words:
        errors = _free_mail_problems(seeds)
    return [*errors, *words, *_stray_files(seeds)], warnings


def custom_columns(policy_dir: Path) -> list[str]:
    """Name the raw columns that custom_fields.csv carries; none if the file is not sound."""
    found = Findings(policy_dir.name)
    rows = read(policy_dir / "custom_fields.csv", TABLES["custom_fields.csv"], found)
    return [] if found.errors else [row.raw_column.lower() for row in cast("list[Any]", rows)]


def vendor_columns(policy_dir: Path) -> dict[tuple[str, str, str], str]:
    """Give the raw column that vendor_columns.csv names for (vendor, table, column)."""
    found = Findings(policy_dir.name)
    rows = read(policy_dir / "vendor_columns.csv", TABLES["vendor_columns.csv"], found)
    return {
        (row.vendor, row.vendor_table, row.column_name): row.raw_column.lower()
        for row in ([] if found.errors else cast("list[Any]", rows))
    }


def vocabulary_problems(vocabulary_dir: Path) -> list[str]:
    """Find everything that keeps the words of the sources from being read: a list of errors."""
    found = Findings("/".join(vocabulary_dir.parts[-2:]))
    for file, table in VOCABULARY_TABLES.items():
        rows: list[Any] | None = read(vocabulary_dir / file, table, found)
        if rows and not found.errors:
            rules.check_words(rows, found)
    return found.errors


def _free_mail_problems(seeds: Path) -> list[str]:
    """Hold the matches by hand against the words of the sources, both of which are sound."""
    found = Findings("/".join((seeds / "policy").parts[-2:]))
    match, word = TABLES["account_matches.csv"], VOCABULARY_TABLES["vocabularies.csv"]
    matches: list[Any] | None = read(seeds / "policy/account_matches.csv", match, found)
    words: list[Any] | None = read(seeds / "vocabulary/vocabularies.csv", word, found)
    free = [row.raw_value for row in words or () if row.vocabulary == "mail_domain"]
    check_free_mail(matches or [], free, found)
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
            plain_text(path, found, str(place))
            if path.stem.lower() in {Path(name).stem for _, name in known}:
                what = f"dbt would take this file for another {path.stem.lower()}.csv"
                found.error(str(place), (), what, "take it away, or give it another name")
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
        fix = "put it back, or delete the folder target if the project was moved"
        return [f"{what}. Fix: {fix}."], []
    tables: dict[str, list[Any]] = {}
    sound: set[str] = set()
    for file, table in TABLES.items():
        errors_before = len(found.errors)
        rows = read(policy_dir / file, table, found)
        if rows is not None:
            tables[file] = rows
            if len(found.errors) == errors_before:
                sound.add(file)

    code.mend_slips(tables, found)
    rules.check_references(tables, found)
    for needed, check in rules.CHECKS:
        if sound.issuperset(needed):
            check(*(tables[file] for file in needed), found)
    if computed_metrics is not None and "metrics.csv" in sound:
        code.check_computed(tables["metrics.csv"], computed_metrics, found)
    if known_feeds is not None and "metrics.csv" in sound:
        code.check_feeds(tables["metrics.csv"], known_feeds, found)
    if dated_tables is not None and "source_checks.csv" in sound:
        code.check_dated_tables(tables["source_checks.csv"], dated_tables, found)
    return found.errors, found.warnings
