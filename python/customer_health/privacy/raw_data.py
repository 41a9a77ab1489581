"""Looks for a person or an account in the company's raw files, which are never changed."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from customer_health.csv_files import csv_rows, fault_in, pattern_of
from customer_health.marts import sql_name, sql_text
from customer_health.privacy.tombstones import KINDS, spelled
from customer_health.publication import Refusal
from customer_health.vendors import (
    Vendors,
    contract_tables,
    further_connections,
    vendor_of,
    vendor_tables,
)

Names = set[tuple[str, str]]


@dataclass(frozen=True)
class RawData:
    """A folder of raw data, and the vendors in whose layouts it comes."""

    path: Path
    vendors: Vendors


def files_with(raw: RawData, names: Names, id_case: str) -> dict[Path, int]:
    """Count the rows of each file that name somebody."""
    found = {}
    with duckdb.connect() as connection:
        for path in _files(raw.path):
            conditions = [
                f"{text} = {sql_text(name)}"
                for text, kind in _naming_columns(connection, raw, path, id_case)
                for sought, name in names
                if sought == kind
            ]
            if conditions:
                sql = f"select count(*) from {_rows(path)} where {' or '.join(conditions)}"
                ((n_rows,),) = _found(connection, path, sql)
                if n_rows:
                    found[path] = n_rows
    return found


def contacts_and_addresses(raw: RawData, id_case: str) -> set[tuple[str, str]]:
    """Give the contacts of the CRM with their e-mail addresses, as spelled."""
    pairs: set[tuple[str, str]] = set()
    with duckdb.connect() as connection:
        for path in _files(raw.path):
            columns = _naming_columns(connection, raw, path, id_case)
            contacts, emails = (
                [text for text, kind in columns if kind == sought]
                for sought in ("contact", "email")
            )
            if contacts and emails:
                sql = (
                    f"select {contacts[0]} as contact, {emails[0]} as email from {_rows(path)}"
                    " where contact is not null and email is not null"
                )
                pairs |= {(contact, email) for contact, email in _found(connection, path, sql)}
    return pairs


def _files(raw_path: Path) -> list[Path]:
    """Files that builds may read; a table may also be a folder of that name."""
    found = [path for kind in ("parquet", "csv") for path in raw_path.rglob(f"*.{kind}")]
    return sorted(path for path in found if path.is_file())


def _naming_columns(
    connection: duckdb.DuckDBPyConnection, raw: RawData, path: Path, id_case: str
) -> list[tuple[str, str]]:
    """SQL of the columns of a file, spelled as builds have them, and whom they name.

    Whom they name the file's source declares, else their names say it.
    """
    source, *rest = path.relative_to(raw.path).parts
    table = rest[0].split(".")[0] if rest else ""
    kinds, shared = dict(KINDS), frozenset(KINDS)
    for declared in (*contract_tables(), *vendor_tables()):
        if (declared.source, declared.name) in ((source, table), (vendor_of(source), table)):
            kinds |= {name.lower(): kind for name, kind in declared.names.items()}
            shared = declared.shared
    is_further = source in further_connections(raw.vendors)
    described = _found(connection, path, f"describe from {_rows(path)}")
    columns = []
    for name in (row[0] for row in described if row[0].lower() in kinds):
        text = spelled(sql_name(name), kinds[name.lower()], id_case)
        is_qualified = is_further and name.lower() not in shared
        columns.append((f"'{source}:' || {text}" if is_qualified else text, kinds[name.lower()]))
    return columns


def _found(connection: duckdb.DuckDBPyConnection, path: Path, sql: str) -> list[tuple]:
    try:
        return connection.execute(sql).fetchall()
    except duckdb.Error as problem:
        fault = fault_in(path) if path.suffix == ".csv" else None
        raise Refusal(fault or f"{path}: {problem}") from problem


def _rows(path: Path) -> str:
    return (
        csv_rows(path) if path.suffix == ".csv" else f"read_parquet({sql_text(pattern_of(path))})"
    )
