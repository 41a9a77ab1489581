"""Rows of other sources find their account by hand, id or domain, or are listed as of none."""

from pathlib import Path

import duckdb
import pytest
from project import build, copy_project, differences, query, select
from test_end_to_end import HISTORY

JUDGED = select(
    "+fct_unmatched_accounts",
    "+fct_account_matches",
    "+int_monitoring__reconciliation",
    "stg_product__events",
)

ACCOUNTS = [
    ("1001", "Acme Inc.", "https://www.ACME.com/en"),
    ("1002", "Globex", "globex.com; globex.de"),
    ("1003", "Initech North", "initech.com"),
    ("1004", "Initech South", "initech.com"),
    ("1005", "Umbrella", None),
    ("1006", "Hooli", "gmail.com"),
]
CONTACTS = [
    ("c1", "1005", "Ann.Lee@umbrella.example"),
    ("c2", "1005", "bo@gmail.com"),
    ("c3", "1001", "cy@both.example"),
    ("c4", "1002", "di@both.example"),
    # the CRM's own domain of an account counts more
    ("c5", "1005", "ed@globex.de"),
]
LATER_CONTACTS = [
    # of a record that was merged
    ("c6", "old-1", "fi@merged.example", "2026-01-01"),
    ("c7", "1003", "al@first.example", "2025-01-01"),
    ("c8", "1001", "consultant@first.example", "2026-02-01"),
]
BY_HAND = """\
source_name,raw_account_id,account_id,reason
support,1003,1004,the desk counts otherwise
,zd-9,1002,
support,zd-9,1001,one source before all
,partner.example,1005,
crm,old-1,1001,merged
support,zd-8,no-such-account,
,www.Hand2.example,1005,
"""
# delivered id and domain, our account, and how it was found
TICKETS = [
    ("1001", None, "1001", "id"),
    ("1001.0", None, "1001", "id"),
    (" 1001 ", "globex.com", "1001", "id"),
    ("1003", "globex.com", "1004", "by hand"),
    ("ZD-9", None, "1001", "by hand"),
    ("zd-1", "acme.com", "1001", "domain"),
    (None, "http://WWW.Acme.COM:8080/a?b=c@globex.com", "1001", "domain"),
    (None, "Ann Lee <ann@acme.com>", "1001", "domain"),
    (None, "x@globex.de", "1002", "domain"),
    (None, "globex.com, globex.de", "1002", "domain"),
    (None, "globex.com;nobody.example", "1002", "domain"),
    (None, "ann@umbrella.example", "1005", "domain of contacts"),
    (None, "www.partner.example", "1005", "by hand"),
    (None, '"acme.com"', "1001", "domain"),
    (None, '["acme.com", "www.acme.com"]', "1001", "domain"),
    (None, "acme.com\nnobody", "1001", "domain"),
    (None, "jo@hand2.example", "1005", "by hand"),
    (None, "jo@merged.example", "1001", "domain of contacts"),
    (None, "jo@first.example", "1003", "contested domain of contacts"),
]
# delivered twice, again with another ARR, and again with an account that we know: last, first, and
# after the newest day
TWICE = ("s5", "cus_5", None, None, "2026-01-01", None, "1000", "USD", None)
RESTATED = [
    TWICE,
    TWICE,
    ("s6", "cus_6", None, None, "2026-01-01", None, "1500", "USD", "2026-03-01"),
    ("s6", "cus_6", None, None, "2026-01-01", None, "9000", "USD", "2026-01-01"),
    ("s7", "cus_7", None, None, "2026-01-01", None, "5000", "USD", "2026-01-01"),
    ("s7", "1001", None, None, "2026-01-01", None, "5000", "USD", "2026-02-01"),
    ("s8", "1001", None, None, "2026-01-01", None, "6000", "USD", "2026-01-01"),
    ("s8", "cus_8", None, None, "2026-01-01", None, "6000", "USD", "2026-02-01"),
    ("s9", "cus_9", None, None, "2026-01-01", None, "7000", "USD", "2026-01-01"),
    ("s9", "1001", None, None, "2026-01-01", None, "7000", "USD", "2026-06-20"),
]
SEVERAL = "domain of several accounts"
# delivered id and domain; id and domain as listed, reason, candidates
UNMATCHED = [
    ("zd-2", None, "zd-2", None, "unknown id", None),
    ("zd-8", None, "zd-8", None, "unknown id", None),
    (None, "jo@initech.com", "initech.com", "initech.com", SEVERAL, "1003;1004"),
    (None, "acme.com globex.com", "acme.com;globex.com", "acme.com;globex.com", SEVERAL,
     "1001;1002"),
    (None, "jo@GMAIL.com", "gmail.com", "gmail.com", "free mail", None),
    (None, "jo@eu.acme.com", "eu.acme.com", "eu.acme.com", "unknown domain", "1001"),
    ("zd-3", "jo@both.example", "zd-3", "both.example", SEVERAL, "1001;1002"),
    (None, "hooli-two.example", "hooli-two.example", "hooli-two.example", "unknown domain", "1006"),
    (None, "nobody", None, None, "no id or domain", None),
    (None, None, None, None, "no id or domain", None),
]  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A warehouse that has judged a handful of rows, each of which is a case of its own."""
    folder = tmp_path_factory.mktemp("identity")
    project = copy_project(folder / "project")
    (project / "seeds/policy/account_matches.csv").write_text(BY_HAND)
    raw = folder / "raw"
    with duckdb.connect() as connection:

        def write(table: str, columns: str, rows: list[tuple]) -> None:
            path = raw / f"{table}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(f"create or replace table t ({columns})")
            marks = ", ".join("?" for _ in rows[0])
            connection.executemany(f"insert into t values ({marks})", rows)
            connection.execute(f"copy t to '{path}'")

        text = " varchar, "
        write("crm/accounts", text.join(["account_id", "account_name", "domains"]) + " varchar",
              ACCOUNTS)  # fmt: skip
        write(
            "crm/contacts",
            text.join(["contact_id", "account_id", "email", "created_at"]) + " varchar",
            [(*row, "2026-01-01") for row in CONTACTS] + LATER_CONTACTS,
        )
        columns = text.join(["ticket_id", "account_id", "account_domain", "created_at"])
        delivered = [row[:2] for row in TICKETS + UNMATCHED]
        write(
            "support/tickets",
            columns + " varchar",
            [(f"t{n:02}", *row, f"2026-05-{n + 1:02}") for n, row in enumerate(delivered)],
        )
        write(
            "survey/responses",
            text.join(["response_id", "account_id", "survey_type", "score", "responded_at"])
            + " varchar",
            [("r1", "nobody-1", "nps", "9", "2026-05-20")],
        )
        columns = ["event_id", "account_id", "account_domain", "user_id", "event_name"]
        events = [
            ("e1", "1001", None),
            ("e2", None, "u@acme.com"),
            ("e2", None, "u@acme.com"),
            ("e3", "zd-9", None),
            ("e4", "nobody", "u@gmail.com"),
        ]
        write(
            "product/events",
            text.join([*columns, "occurred_at"]) + " varchar",
            [(*row, "u1", "login", "2026-05-20 10:00:00") for row in events],
        )
        columns = ["subscription_id", "account_id", "account_domain", "account_name", "start_date"]
        terms = [
            ("s1", "cus_1", "a@initech.com", "Initech", "2026-01-01", "2027-01-01", "1000", "USD"),
            ("s2", "cus_1", "a@initech.com", "Initech", "2025-01-01", "2026-01-01", "800", "USD"),
            ("s3", "cus_2", None, "Globex Ltd.", "2026-01-01", None, "50", None),
            ("s4", "cus_3", "jo@acme.com", "Acme", "2026-01-01", None, "70", None),
        ]
        write(
            "billing/subscriptions",
            text.join([*columns, "end_date", "arr", "currency", "known_at"]) + " varchar",
            [*((*term, None) for term in terms), *RESTATED],
        )
    return build(
        folder / "warehouse.duckdb", *JUDGED, project=project, is_edited=False, raw_path=raw
    )


def test_the_account_is_found_by_hand_before_the_id_and_by_the_id_before_the_domain(small):
    found = query(
        small,
        """
        select ticket_id, account_id, matched_by, account_domain from staging.base_support__tickets
        where quarantine_reason is null
        order by ticket_id
        """,
    )
    expected = [(f"t{n:02}", *row[2:], None) for n, row in enumerate(TICKETS)]
    assert found == expected


def test_who_is_not_matched_is_listed_with_a_reason_and_candidates(small):
    found = query(
        small,
        """
        select raw_account_id, account_domain, unmatched_reason, candidate_account_ids, sum(n_rows)
        from marts.fct_unmatched_accounts
        where source_name = 'support'
        group by all
        """,
    )
    expected = [(*row[2:], 2 if row[2] is None else 1) for row in UNMATCHED[:-1]]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_arr_that_is_not_matched_is_that_of_running_terms(small):
    assert query(
        small,
        """
        select raw_account_id, account_name, n_rows, arr, candidate_account_ids,
            first_date::varchar, last_date::varchar
        from marts.fct_unmatched_accounts where source_name = 'billing' order by 1
        """,
    ) == [
        ("cus_1", "Initech", 2, 1000, "1003;1004", "2025-01-01", "2026-01-01"),
        ("cus_2", "Globex Ltd.", 1, 50, "1002", "2026-01-01", "2026-01-01"),
        ("cus_5", None, 2, 1000, None, "2026-01-01", "2026-01-01"),
        ("cus_6", None, 2, 1500, None, "2026-01-01", "2026-01-01"),
        ("cus_7", None, 1, None, None, "2026-01-01", "2026-01-01"),
        ("cus_8", None, 1, None, None, "2026-01-01", "2026-01-01"),
        ("cus_9", None, 1, 7000, None, "2026-01-01", "2026-01-01"),
    ]


def test_answers_have_a_day_where_only_that_of_the_answer_is_told(small):
    assert query(
        small,
        """
        select raw_account_id, first_date::varchar, last_date::varchar
        from marts.fct_unmatched_accounts where source_name = 'survey'
        """,
    ) == [("nobody-1", "2026-05-20", "2026-05-20")]


def test_ways_are_counted(small):
    ways = query(
        small,
        """
        select matched_by, n_rows, n_accounts from marts.fct_account_matches
        where table_name = 'tickets' order by 1
        """,
    )
    assert ways == [
        ("by hand", 4, 3),
        ("contested domain of contacts", 1, 1),
        ("domain", 9, 2),
        ("domain of contacts", 2, 2),
        ("id", 3, 1),
    ]


def test_events_are_found_where_they_are_reduced(small):
    days = query(
        small,
        """
        select account_id, n_events from staging.stg_product__event_days
        where breakdown = 'event' order by 1
        """,
    )
    assert days == [("1001", 2), ("1002", 1)]
    events = query(small, "select event_id, account_id from staging.stg_product__events order by 1")
    assert events == [("e1", "1001"), ("e2", "1001"), ("e3", "1002")]


def test_every_row_is_accepted_or_quarantined(small):
    rows = query(
        small,
        """
        select table_name, n_raw, n_accepted, n_quarantined
        from intermediate.int_monitoring__reconciliation where n_raw > 0 order by 1
        """,
    )
    assert rows == [
        ("accounts", 6, 6, 0),
        ("contacts", 8, 8, 0),
        ("events", 5, 3, 2),
        ("responses", 1, 0, 1),
        ("subscriptions", 14, 3, 11),
        ("tickets", 29, 19, 10),
    ]


def test_without_a_crm_a_payer_that_is_anothers_by_hand_is_no_account(tmp_path):
    project = copy_project(tmp_path / "project")
    (project / "seeds/policy/account_matches.csv").write_text(
        "source_name,raw_account_id,account_id,reason\n"
        "billing,CUS_2,cus_1,pays for another team\nsupport,cus_3,cus_1,\n,cus_4,no-such-account,\n"
    )
    (tmp_path / "raw/billing").mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 's' || n as subscription_id, 'cus_' || n as account_id,"
            " date '2026-01-01' as start_date from range(1, 5) as r (n))"
            f" to '{tmp_path}/raw/billing/subscriptions.parquet'"
        )
    warehouse = build(
        tmp_path / "warehouse.duckdb",
        *select("+stg_known_accounts__ids"),
        project=project,
        is_edited=False,
        raw_path=tmp_path / "raw",
    )
    ids = query(warehouse, "select account_id from staging.stg_known_accounts__ids order by 1")
    assert ids == [("cus_1",), ("cus_3",), ("cus_4",)]


def test_no_address_is_stored(small):
    with duckdb.connect(str(small), read_only=True) as connection:
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables()"
        ).fetchall():
            columns = connection.execute(f"from {schema}.{table} limit 0").description
            cells = [f"""coalesce(cast("{name}" as varchar), '')""" for name, *_ in columns]
            text = " || ".join(cells)
            found = connection.execute(
                f"select {text} from {schema}.{table} where {text} like '%@%'"
            ).fetchall()
            # the words of the policy name none
            assert found == [], table


def test_sources_that_know_only_domains_give_the_same_scores(clean_raw, tmp_path):
    """The desk has ids of its own, billing and surveys none, the product e-mail addresses."""
    by_domain = tmp_path / "by_domain"
    number = "regexp_extract(lower(cast(account_id as varchar)), '[0-9]+')"
    texts = {
        "crm/accounts": f"*, 'https://www.C' || {number} || '.example/' as domains",
        "support/tickets": f"* replace ('zd' || {number} as account_id),"
        f" 'Ann@c' || {number} || '.example' as account_domain",
        "support/organizations": f"* replace ('zd' || {number} as account_id),"
        f" 'c' || {number} || '.example' as account_domain",
        "billing/subscriptions": f"* replace ('cus' || {number} as account_id),"
        f" 'pay@c' || {number} || '.example' as account_domain",
        "billing/invoices": f"* replace ('cus' || {number} as account_id),"
        f" 'pay@c' || {number} || '.example' as account_domain",
        "survey/responses": f"* replace (null as account_id),"
        f" 'bo@c' || {number} || '.example' as account_domain",
        "product/events": f"* replace (null as account_id),"
        f" 'c' || {number} || '.example' as account_domain",
    }
    with duckdb.connect() as connection:
        for path in clean_raw.rglob("*.parquet"):
            place = path.relative_to(clean_raw)
            table = "/".join(place.with_suffix("").parts[:2])
            (by_domain / place).parent.mkdir(parents=True, exist_ok=True)
            connection.execute(
                f"copy (select {texts.get(table, '*')} from '{path}') to '{by_domain / place}'"
            )
    warehouses = [
        build(tmp_path / f"{name}.duckdb", *select("+fct_health_scores"), raw_path=raw)
        for name, raw in {"by_id": clean_raw, "by_domain": by_domain}.items()
    ]
    assert query(warehouses[0], "select count(*) > 1000 from marts.fct_health_scores") == [(True,)]
    assert differences(*warehouses, HISTORY) == []
