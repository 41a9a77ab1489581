"""The check of the raw data lets what the contract allows through and names all else."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from customer_health.csv_files import csv_rows
from customer_health.raw_sources import raw_problems


def columns(**required: bool) -> list[dict]:
    return [{"name": name, "required": value} for name, value in required.items()]


CONTRACT = [
    {"source": "crm", "table": "accounts", "columns": columns(account_id=True, plan=False)},
    {"source": "support", "table": "tickets", "columns": columns(ticket_id=True, account_id=True)},
    {"source": "support", "table": "organizations", "columns": columns(organization_id=True)},
]
TICKETS = {"ticket_id": ["t1"], "account_id": ["a1"]}


def write(path: Path, table: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(table), path)


@pytest.fixture
def raw(tmp_path) -> Path:
    """Give a sound folder of raw data, with one table of the contract absent."""
    write(tmp_path / "crm" / "accounts.parquet", {"account_id": ["a1"]})
    write(tmp_path / "support" / "tickets.parquet", TICKETS)
    return tmp_path


def problems(raw: Path) -> tuple[list[str], list[str]]:
    """Check the folder; the messages without the path of the folder."""
    errors, warnings = raw_problems(str(raw), CONTRACT)
    return tuple([m.replace(f"{raw}/", "") for m in messages] for messages in (errors, warnings))


def test_a_sound_folder_passes_with_a_table_absent(raw):
    assert problems(raw) == ([], [])


def test_a_table_may_be_many_files_in_folders(raw):
    (raw / "support" / "tickets.parquet").unlink()
    for day in ("2025-01-01", "2025-01-02"):
        write(raw / "support" / "tickets" / f"day={day}" / "part-0.parquet", TICKETS)
    assert problems(raw) == ([], [])


def test_a_column_in_the_name_of_a_folder_is_there(raw):
    (raw / "support" / "tickets.parquet").unlink()
    write(raw / "support" / "tickets" / "account_id=a1" / "x.parquet", {"ticket_id": ["t1"]})
    assert problems(raw) == ([], [])


def test_columns_are_known_in_any_case_and_may_be_more(raw):
    write(raw / "crm" / "accounts.parquet", {"Account_ID": ["a1"], "Custom__c": [1]})
    assert problems(raw) == (
        [],
        [
            "crm/accounts.parquet: Not read, as crm.accounts has no such columns: 'Custom__c'."
            " Fix: none needed if so meant; a row of custom_fields.csv carries such a column."
        ],
    )


def test_a_missing_folder_says_what_to_do(tmp_path):
    errors, warnings = raw_problems(str(tmp_path / "nowhere"), CONTRACT)
    assert warnings == []
    assert errors == [
        f"{tmp_path}/nowhere: there is no such folder of raw data. Fix: run `make demo` for demo"
        " data, or set the variable raw_path to your folder of raw data."
    ]


def test_a_folder_without_any_table_says_what_belongs_there(tmp_path):
    errors, _ = raw_problems(str(tmp_path), CONTRACT)
    assert len(errors) == 1
    assert "it should hold files such as crm/accounts.parquet. Fix: run `make demo`" in errors[0]


def test_a_missing_required_column_is_named(raw):
    write(raw / "support" / "tickets.parquet", {"ticket_id": ["t1"]})
    assert problems(raw)[0] == [
        "support/tickets.parquet: the required column 'account_id' of support.tickets is missing."
        " Fix: add the column 'account_id'."
    ]


def test_a_misspelt_required_column_is_recognised(raw):
    write(raw / "support" / "tickets.parquet", {"ticket_id": ["t1"], "acount_id": ["a1"]})
    assert problems(raw)[0][0].endswith("Fix: rename 'acount_id' to 'account_id'.")


def test_the_files_that_lack_a_column_are_named_and_counted(raw):
    (raw / "support" / "tickets.parquet").unlink()
    for n in range(9):
        table = TICKETS if n < 4 else {"ticket_id": ["t1"]}
        write(raw / "support" / "tickets" / f"{n}.parquet", table)
    (error,) = problems(raw)[0]
    assert error.startswith(
        "support/tickets/4.parquet, support/tickets/5.parquet, support/tickets/6.parquet and 2 more"
        ": the required column 'account_id'"
    )


@pytest.mark.parametrize("content", [b"", b"ticket_id,account_id\nt1,a1\n", b"PAR1 cut off"])
def test_a_file_that_is_not_parquet_is_named(raw, content):
    (raw / "support" / "tickets.parquet").write_bytes(content)
    (error,) = problems(raw)[0]
    assert error.startswith("support/tickets.parquet: the file cannot be read as Parquet (")
    assert error.endswith("Fix: deliver it again, or take it away.")


def test_a_truncated_file_is_named(raw):
    path = raw / "support" / "tickets.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    (error,) = problems(raw)[0]
    assert error.startswith("support/tickets.parquet: the file cannot be read as Parquet (")


def test_a_file_and_a_folder_of_one_table_are_too_much(raw):
    write(raw / "support" / "tickets" / "1.parquet", TICKETS)
    (error,) = problems(raw)[0]
    assert error.endswith("Fix: keep the file or the folder, not both.")


def test_a_table_without_rows_counts_as_absent(raw):
    none = pa.array([], pa.string())
    write(raw / "support" / "tickets.parquet", {"ticket_id": none, "account_id": none})
    errors, warnings = problems(raw)
    assert errors == []
    assert warnings == [
        "support/tickets.parquet: the table support.tickets has no rows and counts as absent."
        " Fix: none needed if that is so; else deliver its rows."
    ]


@pytest.mark.parametrize(
    ("path", "warning"),
    [
        ("support/ticket.parquet", "no table 'ticket', so this is not read. Fix: rename it to"),
        ("support/organisations/1.parquet", "Fix: rename it to organizations."),
        ("suport/tickets.parquet", "no source 'suport', so this is not read. Fix: rename it to"),
        ("crm/zzz.parquet", "no table 'zzz', so this is not read. Fix: known are accounts."),
    ],
)
def test_names_that_nothing_reads_warn(raw, path, warning):
    write(raw / path, TICKETS)
    errors, warnings = problems(raw)
    assert errors == []
    assert len(warnings) == 1
    assert warning in warnings[0]


def test_other_formats_warn(raw):
    (raw / "support" / "organizations.csv").write_text("organization_id\no1\n")
    errors, warnings = problems(raw)
    assert errors == []
    assert warnings == [
        "support/organizations.csv: only Parquet files are read. Fix: convert it to Parquet, or"
        " take it away."
    ]


def test_hidden_files_are_nobodys_business(raw):
    for name in ("crm/_SUCCESS", "crm/.accounts.parquet.crc", "_tmp", ".DS_Store"):
        (raw / name).write_text("")
    assert problems(raw) == ([], [])


def test_files_elsewhere_are_left_to_the_build():
    errors, warnings = raw_problems("s3://bucket/raw", CONTRACT)
    assert errors == []
    assert "not on this computer" in warnings[0]


ACCOUNT = {
    "source": "salesforce",
    "table": "account",
    "columns": columns(id=True, name=False),
    "is_vendor": True,
}
FILLED = [{**entry, "filled_by": "salesforce"} for entry in CONTRACT[:1]]


def vendor_problems(raw: Path) -> tuple[list[str], list[str]]:
    """Check the folder of a company whose accounts come from Salesforce."""
    errors, warnings = raw_problems(str(raw), [*FILLED, *CONTRACT[1:], ACCOUNT])
    return tuple([m.replace(f"{raw}/", "") for m in messages] for messages in (errors, warnings))


def test_a_vendors_tables_may_be_csv_and_have_columns_that_nobody_reads(raw):
    (raw / "crm" / "accounts.parquet").unlink()
    (raw / "salesforce").mkdir()
    (raw / "salesforce" / "account.csv").write_text("Id,Name,Sponsor__c\n001,Northwind,x\n")
    (raw / "salesforce" / "lead.csv").write_text("Id\n1\n")
    assert vendor_problems(raw) == ([], [])


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_a_csv_file_may_have_another_mark_between_columns(raw, mark):
    (raw / "crm" / "accounts.parquet").unlink()
    (raw / "salesforce").mkdir()
    rows = f"Id{mark}Name\n001{mark}North, wind\n"
    (raw / "salesforce" / "account.csv").write_text(rows)
    assert vendor_problems(raw) == ([], [])
    file = csv_rows(raw / "salesforce/account.csv")
    assert duckdb.sql(f"from {file}").fetchall() == [("001", "North, wind")]


def test_a_csv_file_is_read_as_it_says_and_not_as_it_looks(raw):
    path = raw / "salesforce" / "account.csv"
    path.parent.mkdir()
    path.write_text(
        'Id,"Name; or, as; some; say; Title"\n#001,one\n' + "002,two\n" * 25_000 + '003,"a, b"\n\n'
    )
    assert vendor_problems(raw)[0] == []
    rows = duckdb.sql(f"from {csv_rows(path)}").fetchall()
    assert (rows[0], rows[-1], len(rows)) == (("#001", "one"), ("003", "a, b"), 25_002)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (b"31,a text, with a comma", "the row has 3 cells, the header 2. Fix: put a text"),
        (b"31", "the row has 1 cell, the header 2. Fix: put a text"),
        (b'31,"bold" words', "a double quote is out of place. Fix: end each text"),
        (b'31,"never ended', "a double quote is out of place. Fix: end each text"),
        ("31,Wei\xdf".encode("latin-1"), "is not UTF-8. Fix: save the file"),
        (b"31," + b"z" * 3_000_000, "the row is longer than 2 MB. Fix: deliver it as Parquet"),
    ],
)
@pytest.mark.parametrize("n_before", [30, 30_000])
def test_a_row_that_is_none_is_named_wherever_it_is(raw, row, said, n_before):
    path = raw / "salesforce" / "account.csv"
    path.parent.mkdir()
    path.write_bytes(b"Id,Name\n" + b"1,x\n" * n_before + row + b"\n" + b"2,y\n" * 3)
    (error,) = vendor_problems(raw)[0]
    assert error.startswith(f"salesforce/account.csv, line {n_before + 2}: {said}")


def test_a_header_shorter_than_its_rows_is_no_row_of_data(raw):
    path = raw / "salesforce" / "account.csv"
    path.parent.mkdir()
    path.write_text("id,name\n1,a,b\n2,c,d\n")
    (error,) = vendor_problems(raw)[0]
    assert error.startswith("salesforce/account.csv, line 2: the row has 3 cells, the header 2.")


def test_lines_that_end_in_different_ways_are_named(raw):
    path = raw / "salesforce" / "account.csv"
    path.parent.mkdir()
    path.write_bytes(b"id,name\r\n1,a\r\n2,b\n3,c\r\n")
    (error,) = vendor_problems(raw)[0]
    assert "its lines end in different ways (CR LF and LF). Fix: save it anew" in error


def test_csv_files_of_one_table_have_one_mark(raw):
    folder = raw / "salesforce" / "account"
    folder.mkdir(parents=True)
    (folder / "1.csv").write_text("id,name\n1,a\n")
    (folder / "2.csv").write_text("id;name\n2;b\n")
    (error,) = vendor_problems(raw)[0]
    assert error.startswith("salesforce/account/2.csv: has another mark between its columns than")


def test_no_file_of_a_table_is_passed_over(raw):
    folder = raw / "salesforce"
    write(folder / "account.parquet", {"id": ["1"]})
    (folder / "account.csv").write_text("id,name\n1,a\n")
    (error,) = vendor_problems(raw)[0]
    assert error.startswith("salesforce/account.csv: the table is there as")
    (folder / "account.parquet").unlink()
    (folder / "account.csv").rename(folder / "account.CSV")
    (error,) = vendor_problems(raw)[0]
    assert error.endswith(
        "account.CSV: the end of this name is not read. Fix: rename it to account.csv."
    )
    (folder / "account").mkdir()
    (folder / "account.CSV").rename(folder / "account" / "part.CSV")
    (error,) = vendor_problems(raw)[0]
    assert error.endswith("part.CSV: the end of this name is not read. Fix: rename it to part.csv.")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Id,Name\n001,Weiß\n".encode("utf-16"), "is not UTF-8. Fix: save it as CSV in UTF-8."),
        (b"", "is empty. Fix: deliver it with a header, or take it away."),
    ],
)
def test_a_csv_file_that_is_none_is_named(raw, content, said):
    (raw / "crm" / "accounts.parquet").unlink()
    (raw / "salesforce").mkdir()
    (raw / "salesforce" / "account.csv").write_bytes(content)
    assert f"salesforce/account.csv: {said}" in vendor_problems(raw)[0]


def test_what_goes_wrong_with_a_vendors_tables_is_named(raw):
    (raw / "salesforce").mkdir()
    (raw / "salesforce" / "account.csv").write_text("Name\nNorthwind\n")
    errors, warnings = vendor_problems(raw)
    assert errors == [
        "salesforce/account.csv: the required column 'id' of salesforce.account is missing."
        " Fix: add the column 'id'."
    ]
    assert warnings == [
        "crm/accounts.parquet: crm.accounts comes from salesforce, so this is not read."
        " Fix: take it away, or the vendor out of the variable vendors."
    ]
    (raw / "salesforce" / "account.csv").rename(raw / "salesforce" / "accounts.csv")
    assert vendor_problems(raw)[1][1:] == [
        "salesforce/accounts.csv: the contract has no table 'accounts', so this is not read."
        " Fix: rename it to account.csv.",
        "variable vendors: salesforce is named, and none of its tables is there; what they tell is"
        " unknown. Fix: deliver them, or take the vendor out of the variable.",
    ]
