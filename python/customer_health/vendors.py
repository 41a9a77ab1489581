"""Vendors' layouts, as their models declare them, and which of them raw data comes in.

`make start` writes that into a small file beside the raw data, which builds and checks find there.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from customer_health.plan import PROJECT
from customer_health.privacy.tombstones import KINDS
from customer_health.publication import Refusal

FILE = "customer_health.yml"
STAGING = PROJECT / "models" / "staging"
COLUMNS = "seeds/policy/vendor_columns.csv"
EXAMPLE = "crm=salesforce,support=zendesk+intercom"

# Sources and the vendors of each, or connections of vendors such as zendesk_emea.
Vendors = dict[str, list[str]]


@dataclass(frozen=True)
class Table:
    """A table of a vendor, or of the contract, as its source declares it."""

    source: str
    """The vendor, or the source of the contract."""
    name: str
    columns: tuple[str, ...]
    """Without custom fields, and a loader's own columns unless they are required."""
    custom: tuple[str, ...]
    required: tuple[str, ...]
    read_as: dict[str, str]
    """Columns that are read from one of another name, by the source or by the policy."""
    names: dict[str, str]
    """Delivered columns by whom they name: account, contact, user, or email of a person."""
    shared: frozenset[str]
    """Delivered columns whose ids mean the same in every connection of a vendor."""

    @property
    def full_name(self) -> str:
        """Source and table."""
        return f"{self.source}.{self.name}"


@dataclass(frozen=True)
class Filled:
    """A table of the contract that a vendor fills, and the tables whose rows become its rows."""

    source: str
    table: str
    vendor: str
    rows_of: tuple[str, ...]


def declared_tables(pattern: str) -> list[Table]:
    """Read the tables that sources below models/staging declare."""
    with (PROJECT / COLUMNS).open(encoding="utf-8-sig", newline="") as file:
        policy = list(csv.DictReader(file))
    tables = []
    for path in sorted(STAGING.glob(pattern)):
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]:
            tables += [_table(source["name"], table, policy) for table in source["tables"]]
    return tables


def _table(source: str, table: dict, policy: list[dict[str, str]]) -> Table:
    columns = table["columns"]
    custom = [c["name"] for c in columns if c["description"].startswith("Custom.")]
    metas = {c["name"]: c.get("config", {}).get("meta", {}) for c in columns}
    whose_ids = table.get("config", {}).get("meta", {}).get("names")
    named = {name: meta.get("names") or KINDS.get(name) for name, meta in metas.items()}
    named |= {"id": whose_ids} if whose_ids else {}
    read_as = {name: meta["raw_name"] for name, meta in metas.items() if "raw_name" in meta} | {
        row["column_name"]: row["raw_column"]
        for row in policy
        if (row["vendor"], row["vendor_table"]) == (source, table["name"])
    }
    required = [n for n, meta in metas.items() if meta.get("required") or meta.get("key") is True]
    loaders = [name for name in metas if name.startswith("_") and name not in required]
    return Table(
        source,
        table["name"],
        tuple(name for name in metas if name not in (*custom, *loaders)),
        tuple(custom),
        tuple(required),
        read_as,
        {read_as.get(name, name): kind for name, kind in named.items() if kind},
        frozenset(
            read_as.get(name, name).lower()
            for name, meta in metas.items()
            if meta.get("shared") or not meta.get("id")
        ),
    )


@cache
def vendor_tables() -> list[Table]:
    """The tables of all vendors."""
    return declared_tables("vendors/*/_*__sources.yml")


@cache
def contract_tables() -> list[Table]:
    """The tables of the raw contract."""
    return declared_tables("*/_*__sources.yml")


@cache
def filled_tables() -> list[Filled]:
    """What each vendor fills, as its models say."""
    filled = []
    for path in sorted(STAGING.glob("vendors/*/_*__models.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            source = re.search(r"get\('(\w+)'", str(model["config"]["enabled"]))
            if source:
                table = model["name"].partition("__")[2]
                rows_of = tuple(model["config"]["meta"]["rows_of"])
                filled.append(Filled(source[1], table, path.parent.name, rows_of))
    return filled


def vendor_of(connection: str) -> str:
    """The vendor that a connection is one of: zendesk of zendesk_emea, and of zendesk."""
    return connection.partition("_")[0]


def further_connections(vendors: Vendors) -> set[str]:
    """Connections of which another of the same vendor comes first; they qualify their ids."""
    named = [connection for of_source in vendors.values() for connection in of_source]
    first = {vendor_of(connection): connection for connection in reversed(named)}
    return {connection for connection in named if connection != first[vendor_of(connection)]}


def chosen_vendors(words: str | None, raw_path: Path | None) -> Vendors | None:
    """Give the vendors that a command names, else those of the file beside the raw data.

    Raises:
        Refusal: They cannot be read.
    """
    if words:
        return _of_words(words)
    path = raw_path / FILE if raw_path else None
    if path is None or not path.is_file():
        return None
    fix = f"Fix: write `vendors: {{crm: salesforce}}`, or run `make start RAW_PATH={raw_path}`."
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as problem:
        why = " ".join(str(problem).split())
        raise Refusal(f"{path}: cannot be read ({why}). {fix}") from problem
    if not isinstance(content, dict) or set(content) != {"vendors"}:
        raise Refusal(f"{path}: should hold `vendors` and nothing else. {fix}")
    vendors = content["vendors"] or {}
    if not isinstance(vendors, dict):
        raise Refusal(f"{path}: `vendors` should name a vendor for each source. {fix}")
    chosen = {
        source: [named] if isinstance(named, str) else named for source, named in vendors.items()
    }
    for source, named in chosen.items():
        if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
            raise Refusal(f"{path}: '{source}' should have a vendor, or a list of them. {fix}")
    return chosen


def raw_variables(words: str | None, raw_path: Path) -> dict[str, Any]:
    """Give dbt's variables for raw data in a folder, in the layouts of `chosen_vendors`.

    Raises:
        Refusal: The vendors cannot be read.
    """
    vendors = chosen_vendors(words, raw_path)
    named = {} if vendors is None else {"vendors": vendors}
    return {"raw_path": str(raw_path.absolute()), **named}


def _of_words(words: str) -> Vendors:
    chosen: Vendors = {}
    for pair in words.split(","):
        source, equals, named = pair.strip().partition("=")
        if not (source and equals and named):
            raise Refusal(f"VENDORS={words}: '{pair}' names none. Fix: write it as {EXAMPLE}.")
        chosen[source] = named.split("+")
    return chosen


def as_text(vendors: Vendors) -> str:
    """Write vendors as YAML that people can read and edit."""
    short = {source: named[0] if len(named) == 1 else named for source, named in vendors.items()}
    return yaml.safe_dump({"vendors": short}, sort_keys=False, default_flow_style=None)
