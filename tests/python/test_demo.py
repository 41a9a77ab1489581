"""The demo generator: deterministic, true to the raw contract, and dirty only as it says."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.stats import spearmanr

from demo import billing, product
from demo import build as demo_build
from demo.dirt import DELIVERED_AS
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
    # the demo's product sends events, no roll-up of them, and measures nothing of itself
    del tables["product", "daily_usage"], tables["product", "measures"]
    # carried by a row of custom_fields.csv
    tables["crm", "accounts"]["support_plan"] = ("varchar", {})
    return tables


def dates_for_none() -> list[tuple[str, str]]:
    """The spans of dates that stand for none by the policy."""
    with (ROOT / "seeds" / "policy" / "sentinel_dates.csv").open(encoding="utf-8") as file:
        return [(row["first_date"], row["last_date"]) for row in csv.DictReader(file)]


TABLES = declared()
NO_DATES = dates_for_none()
VOCABULARY = vocabularies()
KEYS = sorted(TABLES)


def files(out: Path, key: tuple[str, str]) -> str:
    """The Parquet files of a raw table, as DuckDB reads them."""
    source, table = key
    many = key == ("product", "events")
    return str(out / "raw" / source / (f"{table}/*.parquet" if many else f"{table}.parquet"))


def text(raw: str) -> str:
    """SQL: a text without what is around it; null if nothing is left."""
    return f"nullif(trim({raw}), '')"


def typed(raw: str, delivered: str, data_type: str, is_id: bool) -> str:
    """SQL: a delivered value as its declared type; null if it is none or stands for none."""
    if is_id:
        spelled = f"regexp_replace({raw}::varchar, '[\\s\u00a0\u200b\ufeff]', '', 'g')"
        return f"nullif(lower(regexp_replace({spelled}, '^([0-9]+)[.]0+$', '\\1')), '')"
    if data_type in ("double", "bigint"):
        return f"case when isfinite({raw}::double) then {raw}::double end"
    if data_type == "varchar":
        return text(raw)
    if data_type == "boolean":
        return raw
    if delivered.startswith("TIMESTAMP"):
        moment = f"{raw}::timestamptz"
    elif data_type == "timestamp":
        # seconds since 1970 have ten digits, milliseconds thirteen
        number = f"try_cast({raw} as bigint)"
        seconds = f"case when {number} > 99999999999 then {number} / 1000 else {number} end"
        moment = f"coalesce(try_cast({raw}::varchar as timestamptz), to_timestamp({seconds}))"
    else:
        day = f"{raw}::varchar"
        moment = f"coalesce(try_cast({day} as date), try_strptime({day}, '%Y%m%d')::date)"
    none = " or ".join(f"{moment}::date between '{first}' and '{last}'" for first, last in NO_DATES)
    return f"case when not ({none}) then {moment} end"


def is_unreadable(raw: str, delivered: str, data_type: str) -> str:
    """SQL: something was delivered that is no value of the declared type."""
    if data_type == "double":
        return f"not isfinite({raw}::double)"
    if data_type in ("date", "timestamp") and delivered == "VARCHAR":
        date = f"try_cast({raw} as timestamptz) is null and try_cast({raw} as bigint) is null"
        return f"{text(raw)} is not null and {date}"
    return "false"


def is_out_of_range(name: str, data_type: str, limits: list | dict | None) -> str:
    """SQL: a value lies outside the range of its column, or is a date before 1900."""
    if data_type in ("date", "timestamp"):
        return f"v_{name}::date < date '1900-01-01'"
    if isinstance(limits, dict):
        return " or ".join(
            f"v_{limits['by']} = '{word}' and v_{name} not between {pair[0]} and {pair[1]}"
            for word, pair in limits.items()
            if word != "by"
        )
    low, high = limits or (-999_999_999_999, 999_999_999_999)
    return f"v_{name} not between {low} and {high}"


def faults(name: str, delivered: str, data_type: str, meta: dict) -> str:
    """SQL: the reasons against a value (v_<name>) that was delivered as r_<name>."""
    unreadable = is_unreadable(f"r_{name}", delivered, data_type)
    conditions = {"unparsable value": unreadable}
    if is_required(meta):
        # what cannot be read is not missing
        conditions["missing value"] = f"v_{name} is null and not coalesce({unreadable}, false)"
    if meta.get("not_negative"):
        conditions["negative value"] = f"v_{name} < 0"
    if meta.get("id") and delivered == "VARCHAR":
        conditions["undecodable text"] = f"contains(r_{name}, '\ufffd')"
    if data_type in ("double", "bigint", "date", "timestamp"):
        beyond = is_out_of_range(name, data_type, meta.get("range"))
        # below zero is a reason of its own
        conditions["out of range"] = (
            f"({beyond}) and v_{name} >= 0" if meta.get("not_negative") else beyond
        )
    if meta.get("not_in_future"):
        conditions["date in the future"] = f"v_{name}::date > date '{SMALL['end']}'"
    if meta.get("not_before"):
        conditions["dates out of order"] = f"v_{name}::date < v_{meta['not_before']}::date"
    if meta.get("vocabulary"):
        words = ", ".join(f"'{word}'" for word in sorted(VOCABULARY[meta["vocabulary"]]))
        conditions["unknown value"] = f"v_{name} not in ({words})"
    if meta.get("is_account"):
        conditions["unknown account"] = f"v_{name} not in (from known)"
    cases = [
        f"case when {condition} then '{reason}' end" for reason, condition in conditions.items()
    ]
    return f"list_filter([{', '.join(cases)}], lambda x: x is not null)"


def staged(key: tuple[str, str], out: Path) -> str:
    """SQL with normalised values, and per row the reasons to refuse it (row) or a value (cells)."""
    described = duckdb.sql(f"describe from '{files(out, key)}'").fetchall()
    delivered = {name: data_type for name, data_type, *_ in described}
    columns = {name: column for name, column in TABLES[key].items() if name in delivered}
    typed_values, found, values, reasons, cells = [], [], [], [], ["[]::varchar[][]"]
    for name, (data_type, meta) in columns.items():
        value = typed(name, delivered[name], data_type, bool(meta.get("id")))
        typed_values.append(f"{name} as r_{name}, {value} as v_{name}")
        found.append(f"{faults(name, delivered[name], data_type, meta)} as f_{name}")
        if is_required(meta) or meta.get("key") or meta.get("decides"):
            reasons.append(f"f_{name}")
            values.append(f"v_{name} as {name}")
        else:
            # a value below zero refuses the row, whichever column it stands in
            reasons.append(f"list_filter(f_{name}, lambda x: x = 'negative value')")
            cells.append(f"[list_filter(f_{name}, lambda x: x <> 'negative value')]")
            values.append(f"case when len(f_{name}) = 0 then v_{name} end as {name}")
    keys = ", ".join(name for name, (_, meta) in columns.items() if meta.get("key"))
    return f"""
        with known as (
            select distinct lower(account_id) from '{files(out, ("crm", "accounts"))}'
            where regexp_full_match(lower(account_id), 'acc-[0-9]+')
        ),
        read as (select {", ".join(typed_values)} from '{files(out, key)}'),
        found as (select *, {", ".join(found)} from read),
        tested as (
            select {", ".join(values)},
                {" || ".join(reasons)} as reasons,
                list_filter({" || ".join(cells)}, lambda x: len(x) > 0) as cells
            from found
        )
        select * exclude (reasons, cells),
            case
                when len(reasons) > 0 then reasons
                when row_number() over (partition by {keys}, len(reasons) > 0) > 1
                    then ['duplicate key']
                else []
            end as reasons,
            case when reasons = [] then cells else [] end as cells
        from tested"""


def is_required(meta: dict) -> bool:
    """Whether no row may lack the column."""
    return bool(meta.get("required") or meta.get("key") is True)


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
            if name in written and not (out == dirty and (*key, name) in DELIVERED_AS):
                is_text = data_type in ("date", "timestamp") and key != ("product", "events")
                assert written[name] == ("VARCHAR" if is_text else data_type.upper())


def test_dirty_columns_come_in_other_types(dirty, sql):
    found = {}
    for source, table, name in DELIVERED_AS:
        column = sql.execute(f"select {name} from '{files(dirty, (source, table))}'").description
        found[f"{table}.{name}"] = str(column[0][1])
    assert found == {
        "responses.contact_id": "DOUBLE",
        "csm_assessments.assessed_at": "TIMESTAMPTZ_NS",
        "users.created_at": "TIMESTAMPTZ_NS",
        "users.deactivated_at": "TIMESTAMPTZ_NS",
        "organizations.created_at": "BIGINT",
        "storage.measured_date": "BIGINT",
        "invoices.amount": "DECIMAL(18,2)",
    }


@pytest.mark.parametrize("key", KEYS, ids=".".join)
def test_clean_rows_are_accepted_and_are_what_dirty_rows_become(key, clean, dirty, sql):
    refused = sql.execute(
        f"select count(*) from ({staged(key, clean)}) where reasons <> [] or cells <> []"
    )
    assert refused.fetchone()[0] == 0

    both = "" if key != ("crm", "accounts") else ", account_name"  # mojibake is not repaired
    accepted = "select * exclude (reasons, cells{}) from ({}) where reasons = []"
    left, right = (accepted.format(both, staged(key, out)) for out in (clean, dirty))
    assert sql.execute(f"select count(*) from ({left})").fetchone()[0] > 0
    assert differing(sql, left, right) == 0


@pytest.mark.parametrize("key", KEYS, ids=".".join)
def test_each_bad_row_and_cell_fails_for_one_reason_and_is_counted(key, dirty, sql):
    # A row with no key, or several undecodable ones, is bad only once.
    found = sql.execute(f"""
        with staged as ({staged(key, dirty)})
        select 'row', list_distinct(reasons) as why, count(*) from staged
        where reasons <> [] group by all
        union all
        select 'cell', why, count(*)
        from (select unnest(cells) as why from staged) group by all""").fetchall()
    assert all(len(why) == 1 for _, why, _ in found)
    planted = sql.execute(
        f"select refused, reason, n_refused from '{dirty}/truth/dirt.parquet' "
        "where source_name = ? and table_name = ?",
        list(key),
    ).fetchall()
    assert {(refused, why[0]): n for refused, why, n in found} == {
        (refused, reason): n for refused, reason, n in planted
    }


def test_every_reason_is_planted(dirty, clean, sql):
    query = f"select distinct refused, reason from '{dirty}/truth/dirt.parquet' where n_refused > 0"
    planted = sql.execute(query).fetchall()
    assert {reason for refused, reason in planted if refused == "row"} == {
        "duplicate key",
        "unknown account",
        "unparsable value",
        "date in the future",
        "negative value",
        "missing value",
        "undecodable text",
        "unknown value",
        "out of range",
        "dates out of order",
    }
    assert {reason for refused, reason in planted if refused == "cell"} == {
        "unparsable value",
        "date in the future",
        "undecodable text",
        "unknown value",
        "out of range",
        "dates out of order",
    }
    assert sql.execute(f"select count(*) from '{clean}/truth/dirt.parquet'").fetchone()[0] == 0


def test_what_stands_for_none_and_floating_ids_are_delivered(dirty, sql):
    subscribed = files(dirty, ("crm", "contact_roles"))
    ends = sql.execute(f"select distinct left(end_date, 4) from '{subscribed}'").fetchall()
    assert {("9999",), ("1970",), ("1900",)} & set(ends)
    written = sql.execute(
        f"select count(*) from '{files(dirty, ('crm', 'activities'))}' where contact_id like '%.0'"
    ).fetchone()[0]
    assert written > 0


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


def test_add_ons_run_beside_a_contract_and_have_no_seats(clean, sql):
    n_terms, seats, outside = sql.execute(f"""
        select
            count(*),
            count(seats),
            count(*) filter (
                add_on.start_date::date < truth.start_date
                or add_on.start_date::date >= truth.churn_date
            )
        from '{files(clean, ("billing", "subscriptions"))}' as add_on
        join '{clean}/truth/accounts.parquet' as truth using (account_id)
        where subscription_id like 'add-%'""").fetchone()
    assert n_terms > 20
    assert (seats, outside) == (0, 0)


def test_what_real_companies_have_is_there(clean, sql):
    subscriptions = files(clean, ("billing", "subscriptions"))
    activities = files(clean, ("crm", "activities"))
    found = {
        "renewals signed weeks ahead": f"""
            select count(*) from '{subscriptions}'
            where known_at::timestamp < start_date::date - interval 3 weeks""",
        "renewals that begin before the old term ends": f"""
            select count(*) from '{subscriptions}' as one join '{subscriptions}' as other
                on one.account_id = other.account_id and one.end_date > other.start_date
                and one.start_date < other.start_date
                and one.subscription_id like 'sub-%' and other.subscription_id like 'sub-%'""",
        "flat renewals": f"""
            select count(*) from '{subscriptions}' as one join '{subscriptions}' as other
                on one.account_id = other.account_id and one.end_date = other.start_date
                and one.arr = other.arr""",
        "unpaid invoices over nothing": f"""
            select count(*) from '{files(clean, ("billing", "invoices"))}'
            where amount = 0 and paid_date is null""",
        "clicks without an opening": f"""
            select count(*) from '{activities}' where clicked_at is not null and opened_at is null
            """,
        "trainings of five and more": f"""
            select count(*) from (
                select account_id, occurred_at from '{activities}'
                where activity_type = 'training' group by all having count(*) >= 5)""",
        "event names seen once": f"""
            select count(*) from (
                select event_name from '{files(clean, ("product", "events"))}'
                where event_name not in (
                    select event_name from '{files(clean, ("product", "features"))}'
                ) group by all having count(*) = 1)""",
    }
    counts = {what: sql.execute(query).fetchone()[0] for what, query in found.items()}
    assert [what for what, count in counts.items() if count == 0] == []


def test_late_events_are_few_and_known_within_ten_days(clean, sql):
    share, least, most = sql.execute(f"""
        select avg((known_at is not null)::int), min(known_at - occurred_at),
            max(known_at - occurred_at) from '{files(clean, ("product", "events"))}'""").fetchone()
    assert 0.003 < share < 0.007
    assert 1 <= least.total_seconds() / 86_400 <= most.total_seconds() / 86_400 <= 10


def test_what_is_planted_as_vanity_follows_neither_size_nor_use(world, clean, sql):
    users = product.users_table(world, product.build_users(world, billing.build_book(world)))
    registered = pd.Series(users["account_id"]).value_counts()
    seats = pd.Series(world.accounts.seats, world.accounts.account_id)[registered.index]
    assert abs(spearmanr(registered, seats).statistic) < 0.4

    views, others = zip(
        *sql.execute(f"""
            select
                count(*) filter (event_name = 'page_view'),
                count(*) filter (event_name <> 'page_view')
            from '{files(clean, ("product", "events"))}'
            group by account_id, date_trunc('month', occurred_at::timestamp)""").fetchall(),
        strict=True,
    )
    assert np.mean(views) > 1
    assert abs(spearmanr(views, others).statistic) < 0.25


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
