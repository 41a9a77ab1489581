"""Vendors' layouts: hand-worked rows come out as the contract's, and no public row is lost.

The cases are in tests/vendors/<vendor>.yml; those of all vendors are built at once. A date is
compared as the text that was delivered.
"""

import csv
import json
import shutil
from collections import defaultdict
from pathlib import Path

import duckdb
import pytest
from project import SHARED_DATA, build, parsed, query, select
from vendors import CASES, all_vendors

EACH_CASE = [(vendor, case["name"]) for vendor in CASES for case in CASES[vendor]["cases"]]


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    """Write rows as a CSV file with all columns that any of them has; null and absent are empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(
            {name: "" if value == "null" else value for name, value in row.items()} for row in rows
        )


def models_of(vendor: str) -> dict[str, dict]:
    """Dbt's nodes of a vendor's models, by the raw table that they give."""
    nodes = json.loads((parsed(vendors=all_vendors()) / "manifest.json").read_text())["nodes"]
    folder = f"models/staging/vendors/{vendor}/"
    return {
        node["name"].partition("__")[2]: node
        for node in nodes.values()
        if node["resource_type"] == "model" and node["original_file_path"].startswith(folder)
    }


@pytest.fixture(scope="module", params=["files", "tables"])
def built(request, tmp_path_factory) -> Path:
    """A warehouse with the models of all vendors, of the rows of all cases, files or tables."""
    folder = tmp_path_factory.mktemp(request.param)
    warehouse = folder / "warehouse.duckdb"
    for vendor, content in CASES.items():
        tables = defaultdict(list)
        for case in content["cases"]:
            for table, rows in case["given"].items():
                tables[table] += rows
        for table, rows in tables.items():
            write_csv(folder / "raw" / vendor / f"{table}.csv", rows)
    places = {"raw_path": folder / "raw"}
    if request.param == "tables":
        places = {"raw_path": "", **{f"{vendor}_schema": f"{vendor}_eu" for vendor in CASES}}
        with duckdb.connect(str(warehouse)) as connection:
            for path in (folder / "raw").glob("*/*.csv"):
                schema = f"{path.parent.name}_eu"
                connection.execute(f"create schema if not exists {schema}")
                connection.execute(
                    f'create table {schema}."{path.stem}" as'
                    f" from read_csv('{path}', header = true, all_varchar = true)"
                )
    return build(
        warehouse,
        *select("path:models/staging/vendors"),
        **places,
        vendors=all_vendors(),
    )


@pytest.mark.parametrize(("vendor", "name"), EACH_CASE)
def test_a_vendors_rows_become_those_of_the_contract(built, vendor, name):
    case = next(case for case in CASES[vendor]["cases"] if case["name"] == name)
    for table, expected in case["expect"].items():
        key = next(iter(expected[0]))
        for row in expected:
            same_key = [other for other in expected if other[key] == row[key]]
            values = ", ".join(f"cast({column} as varchar)" for column in row)
            found = query(
                built,
                f"select {values} from staging.raw_{vendor}__{table} where {key} = '{row[key]}'",
            )
            assert len(found) == len(same_key), (row, found)
            assert tuple(None if v == "null" else v for v in row.values()) in [
                tuple(values) for values in found
            ], found


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> dict[str, Path]:
    """Folders with the public sample rows of vendors that have some, named as loaders do."""
    folder = tmp_path_factory.mktemp("samples")
    made = {}
    for vendor, content in CASES.items():
        sample = content.get("sample")
        if sample:
            seeds = SHARED_DATA / "vendor_samples" / sample["folder"] / "seeds"
            for table, file in sample["tables"].items():
                target = folder / vendor / f"raw/{vendor}/{table}.csv"
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(seeds / file, target)
            made[vendor] = folder / vendor / "raw"
    return made


@pytest.mark.skipif(not SHARED_DATA.exists(), reason="public samples are not part of the project")
@pytest.mark.parametrize("vendor", [name for name in CASES if "sample" in CASES[name]])
def test_every_public_row_is_accepted_or_refused_with_a_reason(samples, vendor, tmp_path):
    vendors = CASES[vendor]["vendors"]
    models = models_of(vendor)
    judged = {
        table: f"base_{source}__{table}"
        for table in models
        for source in vendors
        if f"base_{source}__{table}" in every_model()
    }
    warehouse = build(
        tmp_path / "warehouse.duckdb",
        *select(*(f"+{name}" for name in judged.values())),
        raw_path=samples[vendor],
        vendors=vendors,
    )
    for table, name in judged.items():
        # a row may become several
        delivered = int(CASES[vendor]["sample"].get("more_rows", {}).get(table, 0))
        for vendor_table in models[table]["config"]["meta"]["rows_of"]:
            path = samples[vendor] / vendor / f"{vendor_table}.csv"
            delivered += len(list(csv.DictReader(path.open()))) if path.exists() else 0
        ((n_judged, n_refused, n_reasons),) = query(
            warehouse,
            "select count(*), count(quarantine_column), count(quarantine_reason)"
            f" from staging.{name}",
        )
        assert (n_judged, n_refused) == (delivered, n_reasons), table


def every_model() -> set[str]:
    """The names of dbt's models."""
    nodes = json.loads((parsed(vendors=all_vendors()) / "manifest.json").read_text())["nodes"]
    return {node["name"] for node in nodes.values() if node["resource_type"] == "model"}
