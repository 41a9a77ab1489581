"""The demo generator: deterministic, true to the raw contract, and dirty only as it says."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import numpy as np
import pytest
import yaml

from demo import build as demo_build
from demo.parameters import Options, Process
from demo.world import build_world

ROOT = Path(__file__).resolve().parents[2]

SMALL = {"accounts": 120, "months": 9, "events": 60_000, "seed": 11, "end": "2026-03-31"}
DIRT = 0.02


def vocabularies() -> dict[str, set[str]]:
    """The raw words of each vocabulary of the project."""
    words: dict[str, set[str]] = {}
    with (ROOT / "seeds" / "vocabulary" / "vocabularies.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            words.setdefault(row["vocabulary"], set()).add(row["raw_value"])
    return words


def declared() -> dict[tuple[str, str], dict]:
    """Declared raw tables: columns as (name, type, meta)."""
    tables = {}
    for path in (ROOT / "models" / "staging").glob("*/_*__sources.yml"):
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]:
            for table in source["tables"]:
                tables[source["name"], table["name"]] = {
                    column["name"]: (
                        column["data_type"],
                        (column.get("config") or {}).get("meta") or {},
                    )
                    for column in table["columns"]
                }
    del tables["product", "daily_usage"]
    return tables


TABLES = declared()
VOCABULARY = vocabularies()
KEYS = sorted(TABLES)


def files(out: Path, key: tuple[str, str]) -> str:
    """The Parquet files of a raw table, as DuckDB reads them."""
    source, table = key
    many = key == ("product", "events")
    return str(out / "raw" / source / (f"{table}/*.parquet" if many else f"{table}.parquet"))


def staged(key: tuple[str, str], out: Path) -> str:
    """SQL with normalised values and, per row, the list of reasons to reject it."""
    columns = TABLES[key]
    present = {name for (name, *_) in duckdb.sql(f"describe from '{files(out, key)}'").fetchall()}
    last = SMALL["end"]
    values, checks, keys = [], [], []
    for name, (data_type, meta) in columns.items():
        if name not in present:
            continue
        raw, value = f"r.{name}", f"r.{name}"
        if meta.get("id"):
            value = f"lower(trim(regexp_replace({raw}, '[\u00a0\u200b\ufeff]', '', 'g')))"
            checks.append(f"case when contains({raw}, '\ufffd') then 'undecodable text' end")
        elif data_type == "timestamp":
            value = f"try_cast({raw} as timestamptz)"
        elif data_type == "date":
            value = f"try_cast({raw} as date)"
        values.append(f"{value} as {name}")
        if data_type in ("date", "timestamp"):
            broken = f"{raw} is not null and {value} is null"
            checks.append(f"case when {broken} then 'unparsable value' end")
        if meta.get("not_in_future"):
            late = f"{value} >= date '{last}' + 1"
            checks.append(f"case when {late} then 'date in the future' end")
        if meta.get("not_negative"):
            checks.append(f"case when {raw} < 0 then 'negative value' end")
        if meta.get("required") or meta.get("key") is True:
            checks.append(f"case when {raw} is null then 'missing value' end")
        if meta.get("vocabulary"):
            words = ", ".join(f"'{word}'" for word in sorted(VOCABULARY[meta["vocabulary"]]))
            checks.append(f"case when {raw} not in ({words}) then 'unknown value' end")
        if meta.get("is_account"):
            known = f"{value} not in (from known)"
            checks.append(f"case when {raw} is not null and {known} then 'unknown account' end")
        if meta.get("key"):
            keys.append(name)
    return f"""
        with known as (
            select distinct lower(account_id) from '{files(out, ("crm", "accounts"))}'
            where regexp_full_match(lower(account_id), 'acc-[0-9]+')
        ),
        tested as (
            select {", ".join(values)},
                list_filter([{", ".join(checks)}], lambda x: x is not null) as reasons
            from '{files(out, key)}' as r
        )
        select * exclude (reasons),
            case
                when len(reasons) > 0 then reasons
                when row_number() over (partition by {", ".join(keys)}, len(reasons) > 0) > 1
                    then ['duplicate key']
                else []
            end as reasons
        from tested"""


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small clean data set."""
    out = tmp_path_factory.mktemp("clean")
    demo_build.build(Options(**SMALL, dirt=0.0), out, say=lambda _: None)
    return out


@pytest.fixture(scope="session")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with dirt."""
    out = tmp_path_factory.mktemp("dirty")
    demo_build.build(Options(**SMALL, dirt=DIRT), out, say=lambda _: None)
    return out


@pytest.fixture(scope="session")
def world() -> object:
    """The world of the default run."""
    return build_world(Options(), Process())


@pytest.fixture()
def sql() -> duckdb.DuckDBPyConnection:
    """A connection in UTC."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'; set threads = 2")
    return connection


def differing(sql: duckdb.DuckDBPyConnection, left: str, right: str) -> int:
    """Rows of one query and not of the other, counting repeats."""
    query = f"""
        select count(*) from (
            (({left}) except all ({right})) union all (({right}) except all ({left}))
        )"""
    return sql.execute(query).fetchone()[0]


def test_same_parameters_give_the_same_data(dirty, tmp_path, sql):
    demo_build.build(Options(**SMALL, dirt=DIRT), tmp_path, say=lambda _: None)
    for key in KEYS:
        assert differing(sql, f"from '{files(dirty, key)}'", f"from '{files(tmp_path, key)}'") == 0
    for path in (dirty / "truth").iterdir():
        again = tmp_path / "truth" / path.name
        assert differing(sql, f"from '{path}'", f"from '{again}'") == 0, path.name
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest == json.loads((dirty / "manifest.json").read_text())
    assert manifest["parameters"]["seed"] == SMALL["seed"]


def test_another_seed_gives_other_data(clean, tmp_path, sql):
    options = Options(**{**SMALL, "seed": 12, "events": 1000}, dirt=0.0)
    demo_build.build(options, tmp_path, say=lambda _: None)
    key = ("crm", "activities")
    assert differing(sql, f"from '{files(clean, key)}'", f"from '{files(tmp_path, key)}'") > 0


def test_refuses_to_overwrite_what_is_not_its_own(tmp_path):
    (tmp_path / "raw").mkdir()
    with pytest.raises(FileExistsError):
        demo_build.build(Options(**SMALL), tmp_path, say=lambda _: None)


@pytest.mark.parametrize("key", KEYS, ids=".".join)
def test_columns_are_those_of_the_contract(key, clean, dirty, sql):
    for out in (clean, dirty):
        query = f"describe from '{files(out, key)}'"
        written = {name: data_type for name, data_type, *_ in sql.execute(query).fetchall()}
        assert set(written) <= set(TABLES[key])
        for name, (data_type, meta) in TABLES[key].items():
            if meta.get("required") or meta.get("key"):
                assert name in written
            if name in written:
                text = data_type in ("date", "timestamp") and key != ("product", "events")
                assert written[name] == ("VARCHAR" if text else data_type.upper())


@pytest.mark.parametrize("key", KEYS, ids=".".join)
def test_clean_rows_are_accepted_and_are_what_dirty_rows_become(key, clean, dirty, sql):
    rejected = sql.execute(f"select count(*) from ({staged(key, clean)}) where reasons <> []")
    assert rejected.fetchone()[0] == 0

    both = "" if key != ("crm", "accounts") else ", account_name"  # mojibake is not repaired
    accepted = "select * exclude (reasons{}) from ({}) where reasons = []"
    left, right = (accepted.format(both, staged(key, out)) for out in (clean, dirty))
    assert sql.execute(f"select count(*) from ({left})").fetchone()[0] > 0
    assert differing(sql, left, right) == 0


@pytest.mark.parametrize("key", KEYS, ids=".".join)
def test_each_bad_row_fails_for_one_reason_and_is_counted(key, dirty, sql):
    # A row with no key, or several undecodable ones, is bad only once.
    found = sql.execute(f"""
        select list_distinct(reasons) as why, count(*) from ({staged(key, dirty)})
        where reasons <> [] group by all""").fetchall()
    assert all(len(why) == 1 for why, _ in found)
    planted = sql.execute(
        f"select reason, n_rows from '{dirty}/truth/dirt.parquet' "
        "where source_name = ? and table_name = ?",
        list(key),
    ).fetchall()
    assert {why[0]: n for why, n in found} == dict(planted)


def test_every_reason_is_planted(dirty, clean, sql):
    query = f"select reason, min(n_rows) from '{dirty}/truth/dirt.parquet' group by 1"
    planted = dict(sql.execute(query).fetchall())
    assert set(planted) == {
        "duplicate key",
        "unknown account",
        "unparsable value",
        "date in the future",
        "negative value",
        "missing value",
        "undecodable text",
        "unknown value",
    }
    assert min(planted.values()) > 0
    assert sql.execute(f"select count(*) from '{clean}/truth/dirt.parquet'").fetchone()[0] == 0


def test_nothing_lies_outside_the_life_of_an_account(clean, sql):
    truth = f"'{clean}/truth/accounts.parquet'"
    for key, column in (
        (("product", "events"), "occurred_at"),
        (("crm", "activities"), "occurred_at"),
        (("support", "tickets"), "created_at"),
        (("survey", "responses"), "sent_at"),
        (("crm", "contacts"), "created_at"),
        (("crm", "csm_assessments"), "assessed_at"),
        (("billing", "invoices"), "issued_date"),
    ):
        outside = sql.execute(f"""
            select count(*) from '{files(clean, key)}' join {truth} using (account_id)
            where {column}::timestamp < start_date or {column}::timestamp >= churn_date
            """).fetchone()[0]
        assert outside == 0, key


def test_cancellation_agrees_with_the_truth(clean, sql):
    wrong = sql.execute(f"""
        select count(*) from '{clean}/truth/accounts.parquet' full join (
            select account_id, cancelled_date::date as cancelled
            from '{files(clean, ("billing", "subscriptions"))}' where cancelled_date is not null
        ) using (account_id)
        where cancelled is distinct from churn_date""").fetchone()[0]
    assert wrong == 0


def test_late_events_are_few_and_known_within_ten_days(clean, sql):
    share, least, most = sql.execute(f"""
        select avg((known_at is not null)::int), min(known_at - occurred_at),
            max(known_at - occurred_at) from '{files(clean, ("product", "events"))}'""").fetchone()
    assert 0.003 < share < 0.007
    assert 1 <= least.total_seconds() / 86_400 <= most.total_seconds() / 86_400 <= 10


def test_number_of_events_is_about_as_asked(tmp_path):
    asked = 150_000
    options = Options(**{**SMALL, "accounts": 60, "months": 6, "events": asked}, dirt=0.0)
    rows = demo_build.build(options, tmp_path, say=lambda _: None)
    assert rows["product.events"] == pytest.approx(asked, rel=0.05)


def test_an_old_and_a_new_event_name_share_a_feature(clean, sql):
    shared = sql.execute(f"""
        select min(last) < max(first) from (
            select event_name, min(occurred_at) as first, max(occurred_at) as last
            from '{files(clean, ("product", "events"))}'
            where event_name in (
                select event_name from '{files(clean, ("product", "features"))}'
                qualify count(*) over (partition by feature_id) > 1
            ) group by 1)""").fetchone()[0]
    assert shared


def test_yearly_loss(world):
    options = world.options
    begin = world.active_from
    years = (world.gone - begin).clip(0).sum() / 365.25
    lost = (world.churn <= options.last_day).sum()
    assert 0.10 < lost / years < 0.20


def test_health_hazard_separates_leavers(world):
    def auc(day: int) -> float:
        here = (world.accounts.start <= day) & (world.decision > day)
        score = world.health_hazard[here, world.week_of(np.array([day]))[0]]
        left = world.churn[here] <= day + 90
        order = score.argsort().argsort() + 1
        pairs = left.sum() * (~left).sum()
        return (order[left].sum() - left.sum() * (left.sum() + 1) / 2) / pairs

    days = range(world.options.first_day + 30, world.options.last_day - 90, 28)
    assert 0.73 < np.mean([auc(day) for day in days]) < 0.87
