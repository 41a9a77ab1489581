"""Looks for a person or an account in the company's raw files, which are never changed."""

from pathlib import Path

import duckdb

from customer_health.csv_files import csv_rows, fault_in, pattern_of
from customer_health.marts import sql_name, sql_text
from customer_health.privacy.tombstones import KINDS, spelled
from customer_health.publication import Refusal
from customer_health.vendors import contract_tables, vendor_tables

Names = set[tuple[str, str]]


def files_with(raw_path: Path, names: Names, id_case: str) -> dict[Path, int]:
    """Count the rows of each file that name somebody."""
    found = {}
    with duckdb.connect() as connection:
        for path in _files(raw_path):
            conditions = [
                f"{spelled(sql_name(column), kind, id_case)} = {sql_text(name)}"
                for column, kind in _naming_columns(connection, raw_path, path).items()
                for sought, name in names
                if sought == kind
            ]
            if conditions:
                sql = f"select count(*) from {_rows(path)} where {' or '.join(conditions)}"
                ((n_rows,),) = _found(connection, path, sql)
                if n_rows:
                    found[path] = n_rows
    return found


def contacts_and_addresses(raw_path: Path, id_case: str) -> set[tuple[str, str]]:
    """Give the contacts of the CRM with their e-mail addresses, as spelled."""
    pairs: set[tuple[str, str]] = set()
    with duckdb.connect() as connection:
        for path in _files(raw_path):
            columns = _naming_columns(connection, raw_path, path)
            contacts, emails = (
                [
                    spelled(sql_name(name), kind, id_case)
                    for name in columns
                    if columns[name] == kind
                ]
                for kind in ("contact", "email")
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
    connection: duckdb.DuckDBPyConnection, raw_path: Path, path: Path
) -> dict[str, str]:
    """The columns of a file by whom they name: as its source declares it, else by their names."""
    source, *rest = path.relative_to(raw_path).parts
    table = rest[0].split(".")[0] if rest else ""
    kinds = dict(KINDS)
    for declared in (*contract_tables(), *vendor_tables()):
        if (declared.source, declared.name) == (source, table):
            kinds |= {name.lower(): kind for name, kind in declared.names.items()}
    columns = [row[0] for row in _found(connection, path, f"describe from {_rows(path)}")]
    return {name: kinds[name.lower()] for name in columns if name.lower() in kinds}


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
