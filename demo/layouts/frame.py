"""Which vendor dresses which source, and the writing of their tables.

DuckDB does it from file to file, so that events never lie in memory.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType

import duckdb

from customer_health.vendors import FILE, Vendors, as_text, filled_tables
from demo.layouts import (
    amplitude,
    delighted,
    hubspot,
    hubspot_tickets,
    intercom,
    mixpanel,
    pendo,
    qualtrics,
    recurly,
    salesforce,
    segment,
    sql,
    stripe,
    zendesk,
)

MINOR_UNITS = Path(__file__).resolve().parents[2] / "seeds" / "policy" / "minor_units.csv"
# By source and vendor.
LAYOUTS: dict[tuple[str, str], ModuleType] = {
    ("crm", "hubspot"): hubspot,
    ("crm", "salesforce"): salesforce,
    ("support", "hubspot"): hubspot_tickets,
    ("support", "intercom"): intercom,
    ("support", "zendesk"): zendesk,
    ("billing", "recurly"): recurly,
    ("billing", "stripe"): stripe,
    ("survey", "delighted"): delighted,
    ("survey", "qualtrics"): qualtrics,
    ("product", "amplitude"): amplitude,
    ("product", "mixpanel"): mixpanel,
    ("product", "pendo"): pendo,
    ("product", "segment"): segment,
}


def chosen_layouts(words: str) -> Vendors:
    """Give the vendor of each source that `salesforce+zendesk` means.

    A source that several of them know is that of the one that knows no other.

    Raises:
        ValueError: A vendor is unknown, or has no source to itself.
    """
    known = sorted({vendor for _, vendor in LAYOUTS})
    sources_of: dict[str, list[str]] = {}
    for vendor in words.split("+"):
        if vendor not in known:
            raise ValueError(f"'{vendor}' is no layout. Fix: name some of {', '.join(known)}.")
        sources_of[vendor] = [source for source, of in LAYOUTS if of == vendor]
    chosen: Vendors = {}
    for vendor in sorted(sources_of, key=lambda vendor: len(sources_of[vendor])):
        free = [source for source in sources_of[vendor] if source not in chosen]
        if not free:
            taken = sources_of[vendor][0]
            raise ValueError(
                f"'{vendor}' and '{chosen[taken][0]}' both give {taken}. Fix: name one of them."
            )
        chosen |= {source: [vendor] for source in free}
    return {source: chosen[source] for source, _ in LAYOUTS if source in chosen}


def dress(raw: Path, vendors: Vendors, end: str) -> dict[str, int | None]:
    """Put raw data into vendors' layouts; what they fill is no longer in the contract's.

    Args:
        raw: Folder of the raw data.
        vendors: Vendor of each source.
        end: Last day of the data.

    Returns:
        Rows by name of each table: those written, and None for those that are gone.
    """
    rows: dict[str, int | None] = {}
    for source, (vendor,) in vendors.items():
        layout = LAYOUTS[source, vendor]
        (raw / vendor).mkdir(exist_ok=True)
        with duckdb.connect() as connection:
            # one thread writes the same rows in the same order each time
            connection.execute("set timezone = 'UTC'; set threads = 1")
            connection.execute(sql.FUNCTIONS)
            connection.execute(f"create macro last_day() as date '{end}'")
            connection.execute(f"create view minor_units as from read_csv({_text(MINOR_UNITS)})")
            for path in (raw / source).iterdir():
                files = path / "*.parquet" if path.is_dir() else path
                connection.execute(
                    f'create view "{path.stem}" as from read_parquet({_text(files)})'
                )
            for name, select in layout.VIEWS.items():
                connection.execute(f"create view {name} as {select}")
            for name, select in layout.TABLES.items():
                path = raw / vendor / f"{name}.parquet"
                (count,) = connection.execute(
                    f"copy ({select}) to {_text(path)} (format parquet, compression zstd)"
                ).fetchone()
                rows[f"{vendor}.{name}"] = count
        for filled in filled_tables():
            if (filled.source, filled.vendor) == (source, vendor):
                _remove(raw / source / filled.table)
                rows[f"{source}.{filled.table}"] = None
        if not any((raw / source).iterdir()):
            (raw / source).rmdir()
    (raw / FILE).write_text(as_text(vendors), encoding="utf-8")
    return rows


def _text(path: Path) -> str:
    """A path as a text of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def _remove(table: Path) -> None:
    """Remove a table of the contract, a folder of files or one."""
    if table.is_dir():
        shutil.rmtree(table)
    else:
        table.with_suffix(".parquet").unlink()
