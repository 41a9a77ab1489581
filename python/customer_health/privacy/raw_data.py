"""Looks for a person or an account in the company's raw files, which are never changed."""

from pathlib import Path

import duckdb

from customer_health.marts import sql_name, sql_text
from customer_health.privacy.tombstones import KINDS, spelled

Names = set[tuple[str, str]]


def files_with(raw_path: Path, names: Names, id_case: str) -> dict[Path, int]:
    """Count the rows of each file that name somebody."""
    found = {}
    with duckdb.connect() as connection:
        for path in sorted(raw_path.rglob("*.parquet")):
            if not path.is_file():
                continue
            conditions = [
                f"{spelled(sql_name(column), kind, id_case)} = {sql_text(name)}"
                for column in _columns(connection, path)
                for kind, name in names
                if KINDS.get(column.lower()) == kind
            ]
            if conditions:
                ((n_rows,),) = connection.execute(
                    f"select count(*) from {_rows(path)} where {' or '.join(conditions)}"
                ).fetchall()
                if n_rows:
                    found[path] = n_rows
    return found


def contacts_and_addresses(raw_path: Path, id_case: str) -> set[tuple[str, str]]:
    """Give the contacts of the CRM with their e-mail addresses, as spelled."""
    pairs: set[tuple[str, str]] = set()
    with duckdb.connect() as connection:
        folder = raw_path / "crm"
        for path in sorted(
            {*folder.glob("contacts.parquet"), *folder.glob("contacts*/**/*.parquet")}
        ):
            columns = {column.lower() for column in _columns(connection, path)}
            if path.is_file() and {"contact_id", "email"} <= columns:
                contact, email = (
                    spelled(name, KINDS[name], id_case) for name in ("contact_id", "email")
                )
                pairs |= set(
                    connection.execute(
                        f"select {contact}, {email} from {_rows(path)}"
                        " where contact_id is not null and email is not null"
                    ).fetchall()
                )
    return pairs


def _rows(path: Path) -> str:
    # a name is a pattern to DuckDB, so what has a meaning there stands in brackets
    pattern = str(path).replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")
    return f"read_parquet({sql_text(pattern)})"


def _columns(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    if not path.is_file():
        return []
    return [row[0] for row in connection.execute(f"describe from {_rows(path)}").fetchall()]
