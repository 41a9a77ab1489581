"""What stops a dbt build before it writes anything, and what it warns of.

The macro `check_before_build` gives what dbt knows: variables, the raw contract, names in the code.
"""

import re
from datetime import date
from pathlib import Path
from typing import Any

from customer_health.policy import custom_columns, seed_problems, vendor_columns
from customer_health.raw_columns import undeclared_columns
from customer_health.raw_sources import absent_vendors, raw_problems

# A vendor, or one of several connections of it: a folder's name, and a schema's.
CONNECTION = re.compile("[a-z]+(_[a-z0-9]+)*")
WORDS_OF_VARIABLES = {"history_grain": ["day", "week"], "id_case": ["lower", "preserve"]}

Problems = tuple[list[str], list[str]]  # errors, which must stop the build, and warnings


def build_problems(known: dict[str, Any]) -> Problems:
    """Check variables, policy and raw data.

    Args:
        known: `{seeds, raw_path, variables: {name: value}, metrics: {dimension: [metric, …]},
            feeds: [feed, …], vendors: [{source, connection, tables: [table, …]}, …], contract:
            [table, …]}`, paths absolute; for a table see `raw_problems`, `table_problems` and
            `dated_tables`. A vendor's table comes once for each connection, with that as its
            source, and the vendor as `declared_as`.
    """
    contract = [_with_required_columns(table) for table in known["contract"]]
    further = custom_columns(Path(known["seeds"]) / "policy")
    filled_by = {
        (chosen["source"], table): chosen["connection"]
        for chosen in known["vendors"]
        for table in chosen["tables"]
    }
    renamed = vendor_columns(Path(known["seeds"]) / "policy")
    for table in contract:
        for column in table["columns"]:
            key = (table["declared_as"], table["table"], column["name"])
            column["name"] = renamed.get(key, column["name"])
        table["is_vendor"] = "staging/vendors" in table["file"]
        table["filled_by"] = filled_by.get((table["source"], table["table"]))
        if (table["source"], table["table"]) == ("crm", "accounts"):
            declared = [column["name"] for column in table["columns"]]
            table["columns"] += [
                {"name": name, "required": False} for name in further if name not in declared
            ]
    policy_errors, policy_warnings = seed_problems(
        Path(known["seeds"]),
        computed_metrics=known["metrics"],
        known_feeds=known["feeds"],
        dated_tables=dated_tables(contract),
    )
    if known["raw_path"]:
        raw_errors, raw_warnings = raw_problems(known["raw_path"], contract)
    else:
        raw_errors, raw_warnings = table_problems(contract)
    errors = [
        *variable_problems(known["variables"]),
        *vendor_problems(known["vendors"]),
        *policy_errors,
        *raw_errors,
    ]
    return list(dict.fromkeys(errors)), policy_warnings + raw_warnings


def variable_problems(variables: dict[str, str]) -> list[str]:
    """Name the variables whose values mean nothing."""
    errors = [
        f"variable {name}: '{variables[name]}' is not known. Fix: set it to"
        f" {' or '.join(words)}, in dbt_project.yml or with --vars."
        for name, words in WORDS_OF_VARIABLES.items()
        if variables[name] not in words
    ]
    as_of_date = variables["as_of_date"]
    if as_of_date and not is_date(as_of_date):
        errors.append(
            f"variable as_of_date: '{as_of_date}' is not a date. Fix: write it as YYYY-MM-DD, such"
            " as 2025-06-30, or leave it empty for the newest date of the data."
        )
    return errors


def vendor_problems(vendors: list[dict]) -> list[str]:
    """Name the vendors that fill nothing of their source, and connections that cannot be read.

    Args:
        vendors: `{source, connection, tables: [name, …]}` for each of the variable.
    """
    errors = [
        f"variable vendors: '{chosen['connection']}' is not known as a vendor of"
        f" {chosen['source']}. Fix: use one that docs/reference/vendors/README.md lists for that"
        " source, or its name with an ending of your own, such as zendesk_emea."
        for chosen in vendors
        if not (chosen["tables"] and CONNECTION.fullmatch(chosen["connection"]))
    ]
    of_sources: dict[str, dict[str, list[str]]] = {}
    for chosen in vendors:
        of_vendor = of_sources.setdefault(chosen["connection"].partition("_")[0], {})
        of_vendor.setdefault(chosen["source"], []).append(chosen["connection"])
    for vendor, named in of_sources.items():
        (source, first), *others = named.items()
        errors += [
            f"variable vendors: {source} has {', '.join(first)}, and {other} has"
            f" {', '.join(connections)}. Fix: name the same connections of {vendor} for both, in"
            " the same order; tables that one of them does not have may be absent."
            for other, connections in others
            if connections != first
        ]
    return errors


def table_problems(contract: list[dict]) -> Problems:
    """Check raw tables that are in the database.

    Args:
        contract: `{source, table, columns: [{name, required}]}` for each table; with `{place,
            delivered: [name, …], is_empty}` for those that are there, `is_vendor` for those of a
            vendor's layout, and `filled_by` for those which a vendor fills.
    """
    found = [table for table in contract if table.get("place") and not table.get("filled_by")]
    warnings = absent_vendors(contract, {table["source"] for table in found})
    if not found:
        return [
            "variable raw_path is empty, and no table of the raw contract is in the database; it"
            " should hold tables such as crm.accounts. Fix: set raw_path to a folder of raw data,"
            " or <source>_schema to the schema that holds the tables of that source."
        ], []
    errors = []
    for table in found:
        place, name = table["place"], f"{table['source']}.{table['table']}"
        delivered = {column.lower() for column in table["delivered"]}
        errors += [
            f"{place}: the required column '{column['name']}' of {name} is missing."
            f" Fix: add the column '{column['name']}'."
            for column in table["columns"]
            if column["required"] and column["name"] not in delivered
        ]
        if table["is_empty"]:
            warnings.append(
                f"{place}: the table {name} has no rows and counts as absent."
                " Fix: none needed if that is so; else deliver its rows."
            )
        if not table.get("is_vendor"):
            warnings += undeclared_columns(place, table, table["delivered"])
    return errors, warnings


def dated_tables(contract: list[dict]) -> list[dict]:
    """Give the tables whose rows have a time, with the days that `dbt source freshness` uses.

    Args:
        contract: `{source, table, file, time_column, freshness: {warn_after: {count}}}` for each.
    """
    limits = {"warn_after_days": "warn_after", "fail_after_days": "error_after"}
    return [
        {key: table[key] for key in ("source", "table", "file")}
        | {
            name: ((table["freshness"] or {}).get(limit) or {}).get("count")
            for name, limit in limits.items()
        }
        for table in contract
        if table["time_column"]
    ]


def history_problems(known: dict[str, Any]) -> Problems:
    """Check whether a build can go on from the last completed one of its warehouse.

    Args:
        known: `{last, now, late_row_days, new_scorecards, holdouts: {last, now}}`; of both builds
            `{settings: {name: value}, raw_path, as_of_date, tables: [source.table, …,
            crm.accounts.column, …]}`, the date of this one as asked for, and holdouts as
            `[trigger, from_date, share]`.
    """
    last, now = known["last"], known["now"]
    errors = [
        f"{name} is '{value}', and the history in this warehouse was built with"
        f" '{last['settings'].get(name)}'. Fix: build into another file, or restate all history"
        " with --vars '{restate_history: true}' (make build RESTATE=1)."
        for name, value in now["settings"].items()
        if last["settings"].get(name) != value
    ]
    if now["as_of_date"] and now["as_of_date"] < last["as_of_date"]:
        errors.append(
            f"variable as_of_date: {now['as_of_date']} lies before {last['as_of_date']}, up to"
            " which this warehouse is built. Fix: build into another file."
        )
    before, after = ({tuple(row) for row in known["holdouts"][build]} for build in ("last", "now"))
    errors += [
        f"holdouts.csv: the row of '{trigger}' from {from_date} is"
        f" {'new' if (trigger, from_date, share) in after else 'gone or changed'}, and the team has"
        f" seen the triggers up to {last['as_of_date']}. Fix: leave rows of days that are over as"
        " they are, and add a row with a later from_date."
        for trigger, from_date, share in sorted(before ^ after)
        if from_date <= last["as_of_date"]
    ]
    warnings = []
    if not _is_same_path(now["raw_path"], last["raw_path"]):
        warnings.append(
            f"raw_path is '{now['raw_path']}', and the last build of this warehouse read"
            f" '{last['raw_path']}'. Fix: none needed if it is the same company; else build into"
            " another file."
        )
    absent = [name for name in last["tables"] if name not in now["tables"]]
    warnings += [
        f"{table}: the last build had this table, and now it is absent or empty; what it tells is"
        " unknown from here on. Fix: deliver it and build again within"
        f" {known['late_row_days']} days, and the days in between are computed again too."
        for table in absent
        if table.count(".") == 1
    ]
    warnings += [
        f"{column}: the last build had this column, and now it is absent; accounts keep its last"
        " values until it is there again. Fix: deliver it, or take what reads it out of the policy."
        for column in absent
        if column.count(".") == 2 and column.rpartition(".")[0] in now["tables"]
    ]
    if known["new_scorecards"]:
        warnings.append(
            f"scorecards.csv: {', '.join(known['new_scorecards'])} is new here. This build scores"
            " all of its history, which takes as long as a first build; what others published"
            " stays. Fix: none needed."
        )
    return errors, warnings


def _is_same_path(one: str, other: str) -> bool:
    """Whether two paths are one folder's; a relative one begins at the project, wherever it is."""
    shorter, longer = sorted((Path(one), Path(other)), key=lambda path: len(path.parts))
    if shorter.is_absolute() or not shorter.parts:
        return shorter == longer
    return longer.parts[-len(shorter.parts) :] == shorter.parts


def _with_required_columns(table: dict) -> dict:
    columns = [
        {
            "name": column["name"],
            "required": bool(column["meta"].get("required")) or column["meta"].get("key") is True,
        }
        for column in table["columns"]
    ]
    return {**table, "columns": columns}


def is_date(text: str) -> bool:
    """Whether a text is a day, written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
