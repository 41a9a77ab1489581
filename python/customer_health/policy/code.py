"""Holds the policy against what the code names: metrics, feeds, raw tables and vendors' tables."""

import functools
import re
from collections.abc import Mapping
from typing import Any

import yaml

from customer_health.policy.findings import Findings, grouped, nearest, use_one_of
from customer_health.policy.tables import Metric, SourceCheck, VendorColumn
from customer_health.policy.thresholds import PROJECT


def check_computed(
    metrics: list[Metric], computed_metrics: dict[str, list[str]], found: Findings
) -> None:
    """The metrics in the policy are those the models compute."""
    computed_in = {
        metric: dimension for dimension, names in computed_metrics.items() for metric in names
    }
    in_policy = {row.metric for row in metrics}
    without_row = [name for name in computed_in if name not in in_policy]
    for row in metrics:
        metric, dimension = row.metric, row.dimension
        if metric not in computed_in:
            near = nearest(metric, without_row)
            fix = "take the row out, or add the metric to a model and its YAML"
            fix = f"call it '{near}'" if near else fix
            found.error("metrics.csv", row.number, f"no model computes a metric '{metric}'", fix)
        elif computed_in[metric] != dimension:
            what = f"metric '{metric}' is computed in dimension '{computed_in[metric]}'"
            what += f", but this row puts it in '{dimension}'"
            fix = f"set dimension to '{computed_in[metric]}'"
            found.error("metrics.csv", row.number, what, fix)
    for name in without_row:
        what = f"a model computes '{name}' in dimension '{computed_in[name]}', but it has no row"
        found.error("metrics.csv", (), what, "add a row for it (weight 0 switches it off)")


def check_feeds(metrics: list[Metric], known_feeds: list[str], found: Findings) -> None:
    """Each metric is read of feeds that there are; of another it would be unknown for ever."""
    for row in metrics:
        for feed in row.feed.split("+"):
            if feed in known_feeds:
                continue
            near = nearest(feed, known_feeds)
            fix = f"write '{near}', if that is meant" if near else "name a feed that there is"
            found.error("metrics.csv", row.number, f"feed '{feed}' is not known", fix)


def check_dated_tables(rows: list[SourceCheck], dated_tables: list[dict], found: Findings) -> None:
    """Each raw table with a time has a row, and its contract gives dbt the same limits."""
    file = "source_checks.csv"
    contract_of = {f"{entry['source']}.{entry['table']}": entry for entry in dated_tables}
    row_of = {f"{row.source_name}.{row.table_name}": row for row in rows}
    missing = [name for name in contract_of if name not in row_of]
    for name, row in row_of.items():
        if name not in contract_of:
            near = nearest(name, missing)
            fix = f"write {near.replace('.', ',')}, if that is meant" if near else "take it out"
            what = f"the raw contract has no table '{name}' whose rows have a time"
            found.error(file, row.number, what, fix)
            continue
        for limit, key in (("warn_after_days", "warn_after"), ("fail_after_days", "error_after")):
            days, there = getattr(row, limit), contract_of[name][limit]
            if days != there:
                what = (
                    f"{limit} of {name} is {days or 'empty'}, but `dbt source freshness` uses"
                    f" {there or 'empty'}"
                )
                fix = f"set {key} to {days} days in" if days else f"take {key} out of"
                found.warning(file, row.number, what, f"{fix} {contract_of[name]['file']}")
    for name in missing:
        fix = "add a row for it (with limits left empty it is not checked)"
        found.error(file, (), f"the raw table '{name}' has no row", fix)


@functools.cache
def metrics_of_models() -> frozenset[str]:
    """Names of the metrics that the models of metrics declare."""
    return frozenset(
        column["name"]
        for path in (PROJECT / "models/intermediate/metrics").rglob("_*__models.yml")
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
        if re.fullmatch(r"int_\w+__metrics", model["name"])
        for column in model["columns"]
    )


def mend_slips(tables: Mapping[str, list[Any]], found: Findings) -> None:
    """Name the rows of metrics.csv with a slip, and read on as if they had the name that is meant.

    Else all rows of other files that have the name right would be blamed.
    """
    rows = tables.get("metrics.csv", ())
    others = ("metric_curves.csv", "scoring_rules.csv")
    asked_for = {row.metric for file in others for row in tables.get(file, ())}
    lost = asked_for - {row.metric for row in rows}
    for row in rows if lost else ():
        near = nearest(row.metric or "", lost & metrics_of_models())
        if near and row.metric not in metrics_of_models():
            what = f"no model computes a metric '{row.metric}'"
            found.error("metrics.csv", row.number, what, f"call it '{near}'")
            row.metric = near


@functools.cache
def columns_of(source: str) -> dict[str, list[str]]:
    """Columns of each table that a source declares, a vendor's or the contract's."""
    return {
        table["name"]: [column["name"] for column in table["columns"]]
        for path in (PROJECT / "models/staging").rglob(f"_{source}__sources.yml")
        for declared in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
        for table in declared["tables"]
    }


def check_vendor_columns(rows: list[VendorColumn], found: Findings) -> None:
    """Each row names a table and a column that are read; of another it would do nothing."""
    vendors = [path.name for path in (PROJECT / "models/staging/vendors").glob("*/")]
    for (vendor, table), same in grouped(rows, "vendor", "vendor_table").items():
        tables, numbers = columns_of(vendor), [row.number for row in same]
        if not tables:
            fix = use_one_of(vendor, sorted(vendors))
            found.error("vendor_columns.csv", numbers, f"no vendor is called '{vendor}'", fix)
        elif table not in tables:
            what = f"no model reads a table '{table}' of {vendor}"
            found.error("vendor_columns.csv", numbers, what, use_one_of(table, list(tables)))
        for row in same if table in tables else ():
            if row.column_name not in tables[table]:
                what = f"no model reads a column '{row.column_name}' of {vendor}'s {table}"
                fix = use_one_of(row.column_name, tables[table])
                found.error("vendor_columns.csv", row.number, what, fix)
