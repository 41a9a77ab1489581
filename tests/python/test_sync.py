"""What changed arrives at CRM and Slack, whatever fails on the way, and nothing else is sent."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml
from crm_servers import SECRET, HubSpotServer, SalesforceServer, SlackServer
from project import PROJECT, run

from customer_health.outbox_columns import ACCOUNT_COLUMNS
from customer_health.sync import destination
from customer_health.sync.__main__ import FIELDS, find_destination, main
from customer_health.sync.outbox import Row, read

DECLARED = PROJECT / "models/marts/sync/_sync__models.yml"


def columns_of(mart: str) -> dict[str, str]:
    """Give the columns of a mart with their types, as its contract has them."""
    (model,) = (
        model for model in yaml.safe_load(DECLARED.read_text())["models"] if model["name"] == mart
    )
    return {column["name"]: column["data_type"] for column in model["columns"]}


class Company:
    """A published file with outboxes, and its ledger."""

    def __init__(self, folder: Path) -> None:
        """Publish outboxes without rows."""
        self.file = folder / "scores.duckdb"
        self.ledger_file = folder / "scores.sync.sqlite"
        with duckdb.connect(str(self.file)) as connection:
            connection.execute("create schema marts")
            for mart in ("sync_crm__account_health", "sync_slack__critical_alerts"):
                columns = ", ".join(f"{name} {kind}" for name, kind in columns_of(mart).items())
                connection.execute(f"create table marts.{mart} ({columns})")

    def run(self, sql: str) -> None:
        """Change what is published."""
        with duckdb.connect(str(self.file)) as connection:
            connection.execute(sql)

    def add_accounts(self, number: int, day: date = date(2025, 6, 1)) -> None:
        """Publish accounts A00000, A00001 and so on; every tenth is lapsed."""
        self.run(
            f"""
            insert into marts.sync_crm__account_health by name
            select
                format('A{{:05d}}', i) as crm_account_id,
                if(i % 10 = 9, 'churned', 'customer') as customer_status,
                if(i % 10 = 9, null, 50 + i % 50) as health_score,
                if(i % 10 = 9, 'not scored', 'moderate') as band,
                'Paid seats, active: "2 of 13" – \N{GREEK SMALL LETTER ALPHA}' as reason_1,
                date '{day}' as as_of_date
            from range({number}) as numbers (i)
            """
        )

    def ledger(self, columns: str = "state, count(*)", rest: str = "group by state") -> list:
        """Ask the ledger."""
        with sqlite3.connect(self.ledger_file) as connection:
            return connection.execute(f"select {columns} from deliveries {rest}").fetchall()


@pytest.fixture
def company(tmp_path) -> Company:
    return Company(tmp_path)


@pytest.fixture
def salesforce(monkeypatch):
    yield from serve(SalesforceServer(), monkeypatch)


@pytest.fixture
def hubspot(monkeypatch):
    yield from serve(HubSpotServer(), monkeypatch)


@pytest.fixture
def slack(monkeypatch):
    yield from serve(SlackServer(), monkeypatch)


def serve(server, monkeypatch):
    """Let the environment lead to a server as long as a test runs, and let nothing wait."""
    for name, value in {**server.environment(), "NO_PROXY": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(destination, "FIRST_WAIT_SECONDS", 0)
    monkeypatch.setattr("customer_health.sync.salesforce.FIRST_LOOK_SECONDS", 0.01)
    yield server
    server.stop()


def sync(company: Company, to: str, *options: str) -> int:
    return main(["--warehouse", str(company.file), "--to", to, *options])


@pytest.fixture
def no_secret(capsys):
    """Whatever a test does, the secret is in nothing that is printed."""
    yield
    assert SECRET not in "".join(capsys.readouterr())


def test_the_columns_of_the_outbox_are_those_that_may_be_mapped():
    declared = [*columns_of("sync_crm__account_health")]
    assert [name for name in declared if name not in ("account_id", "payload_hash")] == [
        *ACCOUNT_COLUMNS
    ]


def test_the_first_run_sends_all_and_later_ones_what_changed(company, salesforce, no_secret):
    company.add_accounts(25)
    assert sync(company, "salesforce") == 0
    assert len(salesforce.records) == 25
    assert salesforce.records["A00009"] == {
        "Id": "A00009",
        "Customer_Status__c": "churned",
        "Health_Score__c": "#N/A",  # empties the field
        "Health_Band__c": "not scored",
        "Health_Effective_Band__c": "#N/A",
        "Health_Momentum__c": "#N/A",
        "Churn_Probability_90d__c": "#N/A",
        "Expected_ARR_Loss_90d__c": "#N/A",
        "Health_Reason_1__c": 'Paid seats, active: "2 of 13" – \N{GREEK SMALL LETTER ALPHA}',
        "Health_Reason_2__c": "#N/A",
        "Health_Reason_3__c": "#N/A",
        "Health_Alert__c": "#N/A",
        "Health_As_Of__c": "2025-06-01",
    }
    calls = len(salesforce.calls)

    def changed(sql: str) -> list[str]:
        salesforce.arrivals.clear()
        company.run(f"update marts.sync_crm__account_health set {sql}")
        assert sync(company, "salesforce") == 0
        return [*salesforce.arrivals]

    assert changed("band = band") == []
    assert changed("as_of_date = date '2025-06-02'") == []
    assert changed("confidence = 'low'") == []  # not in sync_fields.csv
    assert len(salesforce.calls) == calls, "a run without changes called"
    assert changed("health_score = 7 where crm_account_id = 'A00003'") == ["A00003"]
    assert salesforce.records["A00003"]["Health_As_Of__c"] == "2025-06-02"
    # a correction on the same day
    assert changed("health_score = 8 where crm_account_id = 'A00003'") == ["A00003"]
    assert company.ledger() == [("acknowledged", 25)]


def test_a_changed_mapping_sends_all_again(company, salesforce, tmp_path):
    company.add_accounts(5)
    sync(company, "salesforce")
    fields = tmp_path / "seeds" / "policy" / "sync_fields.csv"
    fields.parent.mkdir(parents=True)
    fields.write_text(
        "destination,object,payload_column,remote_field,source\n"
        "salesforce,Account,crm_account_id,Id,test\n"
        "salesforce,Account,band,Band__c,test\n"
    )
    assert sync(company, "salesforce", "--fields", str(fields)) == 0
    assert salesforce.records["A00001"]["Band__c"] == "moderate"
    assert set(salesforce.arrivals.values()) == {2}


def test_a_mapping_with_a_fault_is_named_with_its_row(company, salesforce, tmp_path, capsys):
    fields = tmp_path / "seeds" / "policy" / "sync_fields.csv"
    fields.parent.mkdir(parents=True)
    fields.write_text(
        "destination,object,payload_column,remote_field,source\n"
        "salesforce,Account,health_scor,Score__c,test\n"
    )
    assert sync(company, "salesforce", "--fields", str(fields)) == 2
    assert capsys.readouterr().err == (
        "seeds/policy/sync_fields.csv, row 2: payload_column 'health_scor' is not known."
        " Fix: write 'health_score', if that is meant.\n"
    )


def test_rows_go_in_chunks(company, salesforce, monkeypatch):
    monkeypatch.setattr("customer_health.sync.salesforce.Salesforce.rows_at_once", 10)
    company.add_accounts(25)
    assert sync(company, "salesforce") == 0
    assert [len(job["rows"]) for job in salesforce.jobs.values()] == [10, 10, 5]


STEPS = ("token", "create", "upload", "close", "poll", "successfulResults", "failedResults")


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("status", [429, 500])
def test_salesforce_may_fail_at_every_step(company, salesforce, status, late):
    """Before or after it has done what was asked."""
    company.add_accounts(5)
    for step in STEPS:
        salesforce.fail(step, status, times=2, late=late, Retry_After="0")
    assert sync(company, "salesforce") == 0
    assert len(salesforce.records) == 5 and not salesforce.failures
    assert company.ledger() == [("acknowledged", 5)]


def test_what_arrived_before_a_failure_is_not_sent_again(company, salesforce, monkeypatch):
    monkeypatch.setattr("customer_health.sync.salesforce.Salesforce.rows_at_once", 10)
    company.add_accounts(25)
    salesforce.fail("upload", 500, times=destination.RETRIES + 1, spare=1)
    assert sync(company, "salesforce") == 1
    assert company.ledger() == [("acknowledged", 10), ("pending", 10)]
    assert sync(company, "salesforce") == 0
    assert set(salesforce.arrivals.values()) == {1} and len(salesforce.records) == 25


@pytest.mark.parametrize("step", STEPS)
def test_what_fails_for_long_is_sent_by_the_next_run(company, salesforce, step, capsys):
    company.add_accounts(5)
    salesforce.fail(step, 503, times=destination.RETRIES + 1)
    assert sync(company, "salesforce") == 1
    assert "still answers 503" in capsys.readouterr().err
    assert company.ledger(rest="where state = 'acknowledged'") == [(None, 0)]
    assert sync(company, "salesforce") == 0
    assert len(salesforce.records) == 5
    assert company.ledger() == [("acknowledged", 5)]


def test_the_wait_that_a_destination_asks_for_is_kept(company, salesforce):
    company.add_accounts(1)
    salesforce.fail("create", 429, Retry_After="1")
    began = time.monotonic()
    assert sync(company, "salesforce") == 0
    assert time.monotonic() - began >= 1


def test_an_expired_token_is_replaced(company, salesforce, monkeypatch):
    monkeypatch.setattr("customer_health.sync.salesforce.Salesforce.rows_at_once", 10)
    company.add_accounts(25)
    salesforce.fail("upload", 401)
    salesforce.fail("poll", 401)
    assert sync(company, "salesforce") == 0
    assert salesforce.tokens_given == 3
    assert company.ledger() == [("acknowledged", 25)]


def test_a_wrong_secret_is_said_and_nothing_is_marked_sent(
    company, salesforce, monkeypatch, capsys
):
    monkeypatch.setenv("SALESFORCE_CLIENT_SECRET", "another-secret")
    company.add_accounts(5)
    assert sync(company, "salesforce") == 2
    said = capsys.readouterr().err
    assert "Salesforce does not let us in" in said and "SALESFORCE_CLIENT_SECRET" in said
    assert "another-secret" not in said
    assert company.ledger() == []
    monkeypatch.delenv("SALESFORCE_CLIENT_SECRET")
    assert sync(company, "salesforce") == 2
    assert "SALESFORCE_CLIENT_SECRET is not set. Fix:" in capsys.readouterr().err


def test_secrets_go_to_https_only(company, salesforce, monkeypatch, capsys):
    monkeypatch.setenv("SALESFORCE_URL", "http://crm.example.com")
    assert sync(company, "salesforce") == 2
    assert "SALESFORCE_URL is no https address. Fix:" in capsys.readouterr().err


def test_a_rejected_row_waits_for_a_change_or_a_request(company, salesforce, capsys):
    company.add_accounts(5)
    salesforce.refused["A00002"] = "STRING_TOO_LONG:Health Reason:Health_Reason_1__c --"
    assert sync(company, "salesforce") == 1
    assert "A00002: STRING_TOO_LONG" in capsys.readouterr().out
    ((reason, attempts),) = company.ledger("reason, attempts", "where state = 'rejected'")
    assert reason.startswith("STRING_TOO_LONG") and attempts == 1

    assert sync(company, "salesforce") == 0
    assert "1 rejected before (RETRY=1" in capsys.readouterr().out
    assert sync(company, "salesforce", "--retry") == 1

    company.run("update marts.sync_crm__account_health set band = 'critical'")
    assert sync(company, "salesforce") == 1
    salesforce.refused.clear()
    assert sync(company, "salesforce", "--retry") == 0
    assert company.ledger() == [("acknowledged", 5)]
    assert company.ledger("attempts, reason", "where key = 'A00002'") == [(4, None)]


def test_a_record_that_somebody_else_has_open_is_tried_by_the_next_run(company, salesforce):
    company.add_accounts(5)
    salesforce.refused["A00002"] = "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access --"
    assert sync(company, "salesforce") == 1
    salesforce.refused.clear()
    assert sync(company, "salesforce") == 0
    assert company.ledger() == [("acknowledged", 5)]


def test_a_field_that_the_crm_does_not_have_is_named(company, salesforce, capsys):
    company.add_accounts(5)
    salesforce.known_fields = {"Id"}
    assert sync(company, "salesforce") == 2
    said = capsys.readouterr().err
    assert "Field name not found" in said and "sync_fields.csv" in said
    assert company.ledger() == [("pending", 5)]


def test_a_value_that_went_back_is_sent_if_the_one_between_may_have_arrived(company, salesforce):
    company.add_accounts(1)
    sync(company, "salesforce")
    company.run("update marts.sync_crm__account_health set band = 'critical'")
    salesforce.fail("successfulResults", 503, times=destination.RETRIES + 1)
    assert sync(company, "salesforce") == 1
    assert salesforce.records["A00000"]["Health_Band__c"] == "critical"
    company.run("update marts.sync_crm__account_health set band = 'moderate'")
    assert sync(company, "salesforce") == 0
    assert salesforce.records["A00000"]["Health_Band__c"] == "moderate"


def test_a_job_left_open_is_stopped_before_newer_values_are_sent(company, salesforce):
    company.add_accounts(1)
    salesforce.fail("close", 503, times=destination.RETRIES + 1)
    assert sync(company, "salesforce") == 1
    assert sync(company, "salesforce") == 0
    assert [job["state"] for job in salesforce.jobs.values()] == ["Aborted", "JobComplete"]


def test_a_dry_run_shows_rows_and_calls_nobody(company, salesforce, monkeypatch, capsys):
    monkeypatch.delenv("SALESFORCE_CLIENT_SECRET")
    company.add_accounts(25)
    assert sync(company, "salesforce", "--dry-run") == 0
    said = capsys.readouterr().out
    assert "25 of 25 rows would be sent" in said
    assert '  A00004: {"Id": "A00004", "Customer_Status__c": "customer"' in said
    assert "A00005" not in said
    assert salesforce.calls == [] and not company.ledger_file.exists()


def test_another_organization_is_sent_all(company, salesforce, monkeypatch):
    company.add_accounts(5)
    sync(company, "salesforce")
    other = SalesforceServer()
    monkeypatch.setenv("SALESFORCE_URL", other.url)
    assert sync(company, "salesforce") == 0
    assert len(other.records) == 5
    other.stop()


def test_what_cannot_be_synced_is_said(company, salesforce, tmp_path, capsys):
    assert sync(company, "sapphire") == 2
    assert "'sapphire' is not known. Fix: use one of TO=salesforce" in capsys.readouterr().err
    assert main(["--warehouse", str(tmp_path / "none.duckdb"), "--to", "salesforce"]) == 2
    assert "there is no such file. Fix:" in capsys.readouterr().err
    company.run("drop table marts.sync_crm__account_health")
    assert sync(company, "salesforce") == 2
    assert "outbox cannot be read" in capsys.readouterr().err
    company.ledger_file.write_bytes(b"no ledger" * 1000)
    assert sync(company, "salesforce") == 2
    assert "cannot be used as the ledger" in capsys.readouterr().err


# Imports once, and then runs main in a fork for each line it reads; tells the fork's process id.
FORKS = """
import os, sys
from customer_health.sync import __main__, salesforce
salesforce.Salesforce.rows_at_once, salesforce.FIRST_LOOK_SECONDS = 7, 0.01
for line in sys.stdin:
    if not (child := os.fork()):
        os._exit(__main__.main(sys.argv[1:]))
    print(child, flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""


@pytest.fixture
def forks(company, salesforce):
    """A process that starts runs of small chunks."""
    with subprocess.Popen(
        [sys.executable, "-c", FORKS, "--warehouse", company.file, "--to", "salesforce"],
        env={**os.environ, "PYTHONPATH": str(PROJECT / "python")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.stdin.close()


def test_a_run_may_be_killed_at_any_moment(company, salesforce, forks):
    """Nothing is marked sent that did not arrive, and the next run brings the rest."""
    company.add_accounts(20)
    chance = random.Random(5)
    killed = 0
    for change in range(20):
        company.run(f"update marts.sync_crm__account_health set alert = 'change {change}'")
        # a call of those that a whole run makes, and a little
        moment = len(salesforce.calls) + chance.randrange(1, 24)
        forks.stdin.write("run\n")
        forks.stdin.flush()
        child = int(forks.stdout.readline())
        deadline = time.monotonic() + 20
        while len(salesforce.calls) < moment and Path(f"/proc/{child}/fd").exists():
            assert time.monotonic() < deadline
            time.sleep(0.001)
        time.sleep(chance.random() * 0.01)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        # main may print before that
        while "ended" not in (line := forks.stdout.readline()):
            assert line
        hashes = {row.key: row.payload_hash for rows in outbox_of(company) for row in rows}
        acknowledged = company.ledger("key, payload_hash", "where state = 'acknowledged'")
        arrived = [key for key, payload_hash in acknowledged if hashes[key] == payload_hash]
        killed += len(arrived) < 20
        for key in arrived:
            assert salesforce.records[key]["Health_Alert__c"] == f"change {change}"
    assert killed > 10
    assert sync(company, "salesforce") == 0
    assert {record["Health_Alert__c"] for record in salesforce.records.values()} == {"change 19"}
    assert len(salesforce.records) == 20
    assert company.ledger() == [("acknowledged", 20)]
    salesforce.arrivals.clear()
    assert sync(company, "salesforce") == 0 and not salesforce.arrivals


def outbox_of(company: Company) -> Iterator[list[Row]]:
    outbox, _ = find_destination("salesforce", FIELDS)
    return read(company.file, outbox)


PEAK = """
import resource, sys
from customer_health.sync import __main__, outbox, salesforce
outbox.ROWS_AT_ONCE = salesforce.Salesforce.rows_at_once = 250
salesforce.FIRST_LOOK_SECONDS = 0.01
assert __main__.main(sys.argv[1:]) == 0
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_many_accounts_need_no_more_memory_than_few(company, salesforce):
    peaks = []
    for number in (500, 5_000):
        company.run("delete from marts.sync_crm__account_health")
        company.ledger_file.unlink(missing_ok=True)
        company.add_accounts(number)
        outcome = run("-c", PEAK, "--warehouse", company.file, "--to", "salesforce")
        assert f"{number:,} arrived" in outcome.text
        peaks.append(int(outcome.text.split()[-1]))
    assert peaks[1] < peaks[0] + 10_000  # kB


def add_alerts(company: Company, *ids: str) -> None:
    for name in ids:
        company.run(
            "insert into marts.sync_slack__critical_alerts by name"
            f" select '{name}' as alert_id, '{name}: fell < 5 & stays' as alert_text"
        )


def test_slack_is_told_each_alert_once(company, slack, no_secret):
    add_alerts(company, "fall/a", "fall/b")
    assert sync(company, "slack") == 0
    assert [*slack.arrivals] == [
        "fall/a: fell &lt; 5 &amp; stays",
        "fall/b: fell &lt; 5 &amp; stays",
    ]
    # its figures change while it lasts
    company.run("update marts.sync_slack__critical_alerts set alert_text = 'fell further'")
    assert sync(company, "slack") == 0
    add_alerts(company, "fall/c")
    assert sync(company, "slack") == 0
    assert [*slack.arrivals][2:] == ["fall/c: fell &lt; 5 &amp; stays"]
    assert SECRET.encode() not in company.ledger_file.read_bytes()


@pytest.mark.parametrize("status", [429, 500])
def test_slack_may_fail(company, slack, status, capsys):
    add_alerts(company, "fall/a", "fall/b", "fall/c")
    slack.fail("post", status, Retry_After="0")
    slack.fail("post", status, times=destination.RETRIES + 1, spare=1, Retry_After="0")
    assert sync(company, "slack") == 1
    assert f"still answers {status}" in capsys.readouterr().err
    assert sync(company, "slack") == 0
    assert len(slack.arrivals) == 3 and company.ledger() == [("acknowledged", 3)]


def test_a_wrong_webhook_is_said_without_its_address(company, slack, monkeypatch, capsys):
    add_alerts(company, "fall/a")
    monkeypatch.setenv("SLACK_WEBHOOK_URL", f"{slack.url}/services/old-secret")
    assert sync(company, "slack") == 2
    said = capsys.readouterr().err
    assert "Slack does not let us in: 403 invalid_token" in said and "old-secret" not in said
    assert company.ledger(rest="where state = 'acknowledged'") == [(None, 0)]
    slack.stop()
    monkeypatch.setattr(destination, "RETRIES", 0)
    assert sync(company, "slack") == 1
    said = capsys.readouterr().err
    assert "cannot be reached" in said and "old-secret" not in said


def test_a_message_that_slack_rejects_waits(company, slack):
    add_alerts(company, "fall/a", "fall/b")
    slack.refused["fall/a: fell &lt; 5 &amp; stays"] = "invalid_payload"
    assert sync(company, "slack") == 1
    assert company.ledger("key, state, reason", "order by key") == [
        ("fall/a", "rejected", "400 invalid_payload"), ("fall/b", "acknowledged", None)
    ]  # fmt: skip


@pytest.fixture(params=["update", "upsert"])
def fields(request, tmp_path) -> list[str]:
    """Find companies by HubSpot's own id, or by a unique property."""
    if request.param == "update":
        return []
    file = tmp_path / "seeds" / "policy" / "sync_fields.csv"
    file.parent.mkdir(parents=True)
    file.write_text(FIELDS.read_text().replace("hs_object_id", "crm_id"))
    return ["--fields", str(file)]


def test_hubspot_is_sent_all_and_then_what_changed(company, hubspot, fields, no_secret):
    company.add_accounts(250)
    assert sync(company, "hubspot", *fields) == 0
    assert len(hubspot.records) == 250 and len(hubspot.calls) == 3
    assert hubspot.calls[0] == ("upsert" if fields else "update")
    assert hubspot.records["A00009"]["health_score"] == ""  # empties the property
    assert hubspot.records["A00009"]["customer_status"] == "churned"
    assert sync(company, "hubspot", *fields) == 0
    assert len(hubspot.calls) == 3
    company.run(
        "update marts.sync_crm__account_health set band = 'critical'"
        " where crm_account_id = 'A00123'"
    )
    assert sync(company, "hubspot", *fields) == 0
    assert [key for key, times in hubspot.arrivals.items() if times > 1] == ["A00123"]


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("status", [429, 500])
def test_hubspot_may_fail(company, hubspot, status, late, capsys):
    company.add_accounts(250)
    hubspot.fail("update", status, late=late, Retry_After="0")
    hubspot.fail("update", status, destination.RETRIES + 1, late, spare=1, Retry_After="0")
    assert sync(company, "hubspot") == 1
    assert f"still answers {status}" in capsys.readouterr().err
    assert sync(company, "hubspot") == 0
    assert len(hubspot.records) == 250 and company.ledger() == [("acknowledged", 250)]


@pytest.mark.parametrize("reason", ["VALIDATION: not an option", "record not found"])
def test_a_company_that_hubspot_rejects_spoils_no_other(company, hubspot, reason, capsys):
    """Whether it refuses the whole batch for it, or writes the rest."""
    company.add_accounts(150)
    hubspot.refused |= {"A00042": reason, "A00099": reason}
    assert sync(company, "hubspot") == 1
    assert f"A00042: {'400 ' if 'VALID' in reason else ''}" in capsys.readouterr().out
    assert company.ledger() == [("acknowledged", 148), ("rejected", 2)]
    assert sync(company, "hubspot") == 0
    hubspot.refused.clear()
    assert sync(company, "hubspot", "--retry") == 0
    assert company.ledger() == [("acknowledged", 150)]


def test_a_wrong_token_and_an_unknown_property_are_said(company, hubspot, monkeypatch, capsys):
    company.add_accounts(5)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "old-secret")
    assert sync(company, "hubspot") == 2
    said = capsys.readouterr().err
    assert "Fix: check HUBSPOT_ACCESS_TOKEN" in said and "old-secret" not in said
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", SECRET)
    hubspot.refused["A00000"] = "VALIDATION: PROPERTY_DOESNT_EXIST health_band"
    assert sync(company, "hubspot") == 2
    assert "PROPERTY_DOESNT_EXIST health_band" in capsys.readouterr().err
    assert company.ledger() == [("pending", 5)]
