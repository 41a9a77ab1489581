"""A mapping of any folder writes whole raw tables, or says which file to fix and how."""

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from project import PROJECT, SHARED_DATA, Outcome, run

GUIDE = PROJECT / "docs" / "how-to" / "map-your-data.md"
ACCOUNTS = "select id as account_id from read_csv(getvariable('data') || '/customers.csv')"


def rows(raw: Path, table: str, columns: str = "*") -> list[tuple]:
    """Rows of a raw table that a mapping wrote."""
    return duckdb.sql(f"select {columns} from '{raw}/{table}.parquet' order by all").fetchall()


@pytest.fixture
def guide(tmp_path) -> Path:
    """A folder with the files of the guide, as they stand in it."""
    text = GUIDE.read_text(encoding="utf-8")
    blocks = re.findall(r"^`((?:data|mapping)/\S+)`\n\n```\w+\n(.*?)^```", text, re.M | re.S)
    for name, content in blocks:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


@pytest.fixture
def mapped(tmp_path) -> Callable[..., Outcome]:
    """Maps two customers by the files given, to the folder raw."""
    data, mapping = tmp_path / "data", tmp_path / "mapping"
    data.mkdir()
    mapping.mkdir()
    (data / "customers.csv").write_text("id,name\nC-1,Northwind\nC-2,Contoso\n")

    def map_by(**files: str) -> Outcome:
        for path in mapping.iterdir():
            path.unlink()
        for name, content in files.items():
            (mapping / f"{name}.sql").write_text(content)
        out = tmp_path / "raw"
        return run("examples/map_sources.py", mapping, "--data", data, "--out", out)

    return map_by


def test_the_guide_maps_what_it_shows(guide):
    raw = guide / "raw"
    done = run("examples/map_sources.py", guide / "mapping", "--data", guide / "data", "--out", raw)
    assert (done.code, "warning" in done.text) == (0, False), done.text
    shown = re.findall(r"^    (\S+ +\d+ rows)$", GUIDE.read_text(encoding="utf-8"), re.M)
    assert [line.strip() for line in done.text.splitlines()] == shown
    terms = rows(
        raw,
        "billing/subscriptions",
        "subscription_id, end_date::varchar, cancelled_date::varchar, arr",
    )
    assert terms == [
        (1001, "2026-01-15", None, 4800),
        (1002, "2027-01-15", None, 6000),
        (1003, "2027-01-15", None, 600),
        (1004, None, "2026-06-01", 2400),
        (1006, "2027-03-10", None, 21600),
    ]
    assert [row[0] for row in rows(raw, "support/tickets", "is_escalated")].count(True) == 1


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"crm__account": ACCOUNTS},
            "crm__account.sql: the raw contract has no table crm.account."
            " Fix: rename it to crm__accounts.sql.",
        ),
        ({"shop__orders": ACCOUNTS}, "no table shop.orders. Fix: known are"),
        ({}, "holds no mapping. Fix: write one select per raw table"),
        (
            {"crm__accounts": "select\n    nome as account_id\nfrom"
             " read_csv(getvariable('data') || '/customers.csv')"},
            "crm__accounts.sql, line 2: the select names something that its tables do not have:"
            ' Referenced column "nome" not found',
        ),
        ({"crm__accounts": "selekt 1"}, "the select cannot be read as SQL: syntax error"),
        ({"crm__accounts": f"{ACCOUNTS}; {ACCOUNTS}"}, "accounts.sql: is not one select. Fix:"),
        ({"crm__accounts": ""}, "accounts.sql: is not one select. Fix:"),
        ({"crm__accounts": "drop table mapped"}, "accounts.sql: is not one select. Fix:"),
        (
            {"crm__accounts": ACCOUNTS.replace("customers", "clients")},
            "the select reads a file that cannot be read: No files found",
        ),
        (
            {"crm__accounts": f"select cast(account_id as date) as account_id from ({ACCOUNTS})"},
            "the select converts a value that cannot be converted",
        ),
        (
            {"crm__accounts": ACCOUNTS.replace("account_id", "acount_id")},
            "the required column 'account_id' of crm.accounts is missing."
            " Fix: rename 'acount_id' to 'account_id'.",
        ),
    ],
    ids=["near name", "unknown", "nothing", "no column", "no select", "two selects", "empty",
         "other", "no file", "no date", "required"],
)  # fmt: skip
def test_a_mapping_that_cannot_be_carried_out_says_why(mapped, tmp_path, files, said):
    assert mapped(crm__accounts=ACCOUNTS).code == 0
    done = mapped(**files)
    assert done.code == 1
    assert said in done.text
    assert "Fix: " in done.text
    assert "Traceback" not in done.text
    # what was mapped before stays, whole
    assert rows(tmp_path / "raw", "crm/accounts") == [("C-1",), ("C-2",)]
    assert not (tmp_path / "raw.new").exists()


def test_what_nothing_reads_is_named(mapped, tmp_path):
    done = mapped(
        crm__accounts=ACCOUNTS.replace("id as account_id", "id as account_id, name as acount_name")
        + ";  -- the end",
        notes="select 1",
    )
    assert done.code == 0
    assert "crm__accounts.sql: 'acount_name' is not read; did you mean 'account_name'" in done.text
    assert "notes.sql: is not read. Fix: name it <source>__<table>.sql" in done.text
    assert len(rows(tmp_path / "raw", "crm/accounts")) == 2


def test_folders_of_any_name_are_read_and_wrong_ones_named(mapped, tmp_path):
    assert mapped(crm__accounts=ACCOUNTS).code == 0
    odd = tmp_path / "a[1] *?'x ü"
    odd.mkdir()
    for name in ("data", "mapping"):
        (tmp_path / name).rename(odd / name)
    command = ("examples/map_sources.py", odd / "mapping", "--data")
    assert run(*command, odd / "data", "--out", odd / "raw").code == 0
    assert (odd / "raw/crm/accounts.parquet").is_file()
    for data, out, said in (
        (odd / "none", odd / "raw", "there is no such folder of data. Fix: "),
        (odd / "data", odd / "data", "holds the data to map. Fix: "),
        (odd / "data", odd, "holds the data to map. Fix: "),
    ):
        done = run(*command, data, "--out", out)
        assert (done.code, said in done.text) == (1, True), done.text
    assert (odd / "data/customers.csv").is_file()
    done = run("examples/map_sources.py", "crm6", "--data", odd, "--out", odd / "raw")
    assert "crm6: there is no such folder of a mapping" in done.text
    assert "(crm5, ravenstack)" in done.text


@pytest.fixture(scope="module")
def public_data(tmp_path_factory) -> Callable[[str], tuple[Path, Path]]:
    """Folders of a public data set and of its raw tables; skips where the data set is not there."""

    def get(name: str) -> tuple[Path, Path]:
        data = SHARED_DATA / name
        if not data.is_dir():
            pytest.skip(f"the data set {name} is not there: no folder {data.parent.name}/{name}")
        raw = tmp_path_factory.getbasetemp() / f"raw_{name}"
        if not raw.is_dir():
            done = run("examples/map_sources.py", name, "--data", data, "--out", raw)
            assert (done.code, "warning" in done.text) == (0, False), done.text
        return data, raw

    return get


def test_the_simulated_crm_says_that_its_prices_are_net(public_data):
    data, raw = public_data("crm5")
    terms = f"read_csv('{data}/subscription.csv', header = true)"
    # a plan costs its list price less the discount, rounded
    off = duckdb.sql(
        f"""
        with lists as (
            select product, max(mrr) as list_price from {terms} where discount = 0 group by all
        )
        select
            count(*) filter (units = 'users' and abs(mrr - list_price * (1 - discount)) > 0.5),
            count(*) filter (units <> 'users' and mrr <> list_price),
            count(*) filter (units = 'users' and discount > 0),
            count(*) filter (list_price is null)
        from {terms} left join lists using (product)
        """
    ).fetchall()
    assert off[0][:2] == (0, 0) and off[0][3] == 0
    assert off[0][2] > 1000
    ((mapped, written),) = duckdb.sql(
        f"select (select sum(arr) from '{raw}/billing/subscriptions.parquet'), 12 * sum(mrr)"
        f" from {terms}"
    ).fetchall()
    assert mapped == pytest.approx(written)
    # a term never ends after it was agreed to, nor before it begins
    assert rows(
        raw, "billing/subscriptions",
        "count(*) filter (end_date <= start_date or cancelled_date not between start_date and"
        " end_date)",
    ) == [(0,)]  # fmt: skip


def test_ravenstack_loses_no_row_and_gains_no_time(public_data):
    data, raw = public_data("ravenstack")
    assert rows(
        raw, "support/tickets", "count(*), count(*) filter (try_cast(is_escalated as boolean))"
    ) == [(2000, 95)]
    columns = duckdb.sql(f"from '{raw}/support/tickets.parquet'").columns
    assert "escalated_at" not in columns
    ((used,),) = duckdb.sql(
        f"select sum(usage_count) from read_csv('{data}/ravenstack_feature_usage.csv')"
    ).fetchall()
    assert rows(raw, "product/events", "count(*), count(distinct event_id)") == [(used, used)]
    # a trial is no contract, and all others are paid
    assert rows(
        raw, "billing/subscriptions",
        "count(*), count(*) filter (try_cast(arr as double) > 0), count(distinct account_id)",
    ) == [(4222, 4222, 500)]  # fmt: skip
