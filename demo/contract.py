"""The raw contract, read from the sources declared for the staging models."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import yaml

MODELS = Path(__file__).resolve().parents[1] / "models" / "staging"


@dataclass(frozen=True)
class Column:
    """A declared column with the marks of its `meta`."""

    name: str
    data_type: str
    meta: dict = field(default_factory=dict)

    def marked(self, mark: str) -> bool:
        """Whether the column carries the mark."""
        return bool(self.meta.get(mark))

    @property
    def refuses_row(self) -> bool:
        """Whether a value that cannot be used refuses its row, and not the cell alone."""
        return any(self.marked(mark) for mark in ("key", "required", "decides"))

    @property
    def is_time(self) -> bool:
        """Whether it is a date or a timestamp."""
        return self.data_type in ("date", "timestamp")


@dataclass(frozen=True)
class Table:
    """A declared raw table."""

    source: str
    name: str
    columns: tuple[Column, ...]
    time_column: str | None

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by name."""
        return {column.name: column for column in self.columns}

    def with_columns(self, *columns: Column) -> Table:
        """The table with further columns, which the policy carries."""
        return replace(self, columns=(*self.columns, *columns))

    def must_have(self) -> list[str]:
        """Names of the columns that no row may lack: required ones and keys but nullable keys."""
        return [c.name for c in self.columns if c.marked("required") or c.meta.get("key") is True]

    def names(self, *marks: str) -> list[str]:
        """Names of the columns that carry every one of the marks."""
        return [c.name for c in self.columns if all(c.marked(mark) for mark in marks)]


def _meta(declared: dict) -> dict:
    return (declared.get("config") or {}).get("meta") or {}


def read_contract(models: Path = MODELS) -> dict[tuple[str, str], Table]:
    """All declared tables by (source, table)."""
    tables: dict[tuple[str, str], Table] = {}
    for path in sorted(models.glob("*/_*__sources.yml")):
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]:
            for table in source["tables"]:
                columns = tuple(
                    Column(c["name"], c["data_type"].lower(), _meta(c)) for c in table["columns"]
                )
                tables[source["name"], table["name"]] = Table(
                    source["name"], table["name"], columns, _meta(table).get("time_column")
                )
    return tables
