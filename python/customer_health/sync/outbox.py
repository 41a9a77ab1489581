"""Reads an outbox of the published file as rows to send."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from customer_health.marts import sql_name
from customer_health.publication import Refusal

ROWS_AT_ONCE = 10_000
# The day alone is no news, and an alert is told once, however its figures change later.
NOT_COMPARED = ("as_of_date", "alert_text")


@dataclass(frozen=True)
class Outbox:
    """A mart to send: the column of its key, and the field of each column at the destination."""

    mart: str
    key: str
    fields: dict[str, str]


@dataclass(frozen=True)
class Row:
    """A row as it is sent: texts by field; None empties the field."""

    key: str
    record: dict[str, str | None]
    payload_hash: str


def read(published: Path, outbox: Outbox) -> Iterator[list[Row]]:
    """Read the rows in the order of their keys, some at a time.

    Raises:
        Refusal: There is no such file, or (once rows are read) it has no such outbox.
    """
    check_published(published)
    return _batches(published, outbox)


def check_published(published: Path) -> None:
    """Look whether there is a published file.

    Raises:
        Refusal: There is none.
    """
    if not published.is_file():
        raise Refusal(
            f"{published}: there is no such file. Fix: run `make build`, or name the file that it"
            " published with WAREHOUSE=..."
        )


def _batches(published: Path, outbox: Outbox) -> Iterator[list[Row]]:
    columns = ", ".join(map(sql_name, outbox.fields))
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": "500MB",
        "threads": 1,
    }
    try:
        with duckdb.connect(str(published), read_only=True, config=settings) as connection:
            connection.execute("set enable_progress_bar = false")
            found = connection.execute(
                f"select {columns} from marts.{sql_name(outbox.mart)}"
                f" order by {sql_name(outbox.key)}"
            )
            while values := found.fetchmany(ROWS_AT_ONCE):
                yield [_row(outbox, dict(zip(outbox.fields, row, strict=True))) for row in values]
    except duckdb.Error as problem:
        raise Refusal(
            f"{published}: its outbox cannot be read ({str(problem).splitlines()[0]}). Fix: close"
            " the program that has the file open; if none has, run `make build`."
        ) from problem


def _row(outbox: Outbox, values: dict[str, object]) -> Row:
    texts = {column: _text(value) for column, value in values.items()}
    compared = {
        outbox.fields[column]: text for column, text in texts.items() if column not in NOT_COMPARED
    }
    return Row(
        key=str(texts[outbox.key]),
        record={outbox.fields[column]: text for column, text in texts.items()},
        payload_hash=hashlib.sha256(json.dumps(compared, sort_keys=True).encode()).hexdigest(),
    )


def _text(value: object) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
