"""Critical events between two builds: told once, beside a build at work, and kept by the next."""

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from project import query

from customer_health import instant
from customer_health.build import Record, publish
from customer_health.counting import counted
from customer_health.files import file_stamp
from customer_health.instant_file import hand_over, told_of
from customer_health.plan import FROM_NOTHING, Plan
from customer_health.progress import Progress
from customer_health.publication import Warehouse
from customer_health.sync.__main__ import main as sync_main

TOLD = "select account_id, as_of_date, trigger, health_score from marts.fct_playbook_triggers"


@dataclass(frozen=True)
class Company:
    """A published demo whose raw data may be changed, on the day after its last build."""

    warehouse: Warehouse
    raw: Path
    account_id: str
    today: date

    def deliver_ticket(self, resolved_at: str | None = None) -> None:
        """Deliver the tickets of the last build with a P1 of today."""
        tickets = self.raw / "support" / "tickets.parquet"
        former = tickets.with_suffix(".former")
        if not former.exists():
            tickets.rename(former)
        with duckdb.connect() as connection:
            connection.execute(f"create table tickets as select * from read_parquet('{former}')")
            connection.execute(
                "insert into tickets by name select 'new' as ticket_id, $1 as account_id,"
                " 'p1' as priority, $2 as created_at, $3 as resolved_at",
                [self.account_id, f"{self.today} 09:00", resolved_at],
            )
            connection.execute(f"copy tickets to '{tickets}' (format parquet)")

    @property
    def event(self) -> tuple:
        """What is to be told of that ticket."""
        return self.account_id, self.today, "critical_ticket", None


@pytest.fixture(scope="module")
def company(built_demo, tmp_path_factory) -> Company:
    """Publish the demo that dbt built for all tests."""
    folder = tmp_path_factory.mktemp("instant")
    raw = shutil.copytree(built_demo.raw, folder / "raw")
    warehouse = Warehouse(folder / "demo.duckdb")
    with warehouse.locked():
        warehouse.building.mkdir()
        shutil.copy(built_demo.warehouse, warehouse.scratch.state)
        shutil.copytree(built_demo.warehouse.with_suffix(".target"), warehouse.target)
        nothing = Plan(None, FROM_NOTHING)
        publish(warehouse, nothing, None, raw, "inputs", Progress(), Record())
    ((account_id, as_of_date),) = query(
        warehouse.file,
        """
        select account_id, as_of_date from marts.account_health
        where
            customer_status = 'customer'
            and account_id not in (
                select account_id from marts.fct_playbook_triggers
                where trigger = 'critical_ticket' and as_of_date > '2026-05-01'
            )
        order by account_id
        limit 1
        """,
    )
    return Company(warehouse, raw, account_id, as_of_date + timedelta(days=1))


def tell(company: Company, *flags: str) -> int:
    """Run `make instant`."""
    return instant.main(["--warehouse", str(company.warehouse.file), *flags])


def test_a_new_p1_is_told_once_beside_a_build_and_nothing_else_changes(company, capfd, monkeypatch):
    published = file_stamp(company.warehouse.file)
    company.deliver_ticket()
    with company.warehouse.locked():  # as a build at work holds it
        assert tell(company) == 0
    assert query(company.warehouse.instant_file, TOLD) == [company.event]
    assert "1 new critical events" in capfd.readouterr().out
    assert file_stamp(company.warehouse.file) == published

    monkeypatch.setenv("SLACK_WEBHOOK_URL", "http://localhost:9/hook")
    arguments = ["--warehouse", str(company.warehouse.file), "--to", "slack", "--dry-run"]
    assert sync_main(arguments) == 0
    alert = f"critical_ticket/{company.account_id}/{company.today}"
    ((alert_id,),) = query(
        company.warehouse.instant_file, "select alert_id from marts.sync_slack__critical_alerts"
    )
    assert alert_id == alert
    sent = capfd.readouterr().out
    ((n_before,),) = query(
        company.warehouse.file, "select count(*) from marts.sync_slack__critical_alerts"
    )
    assert f"{n_before + 1} of {counted(n_before + 1, 'row')} would be sent" in sent


def test_what_was_told_stays_though_the_ticket_was_closed_the_same_day(company, capfd):
    company.deliver_ticket(resolved_at=f"{company.today} 11:00")
    assert tell(company) == 0
    assert "0 new critical events" in capfd.readouterr().out
    assert query(company.warehouse.instant_file, TOLD) == [company.event]


def test_raw_data_that_cannot_be_read_leaves_what_was_told(company, capfd):
    before = file_stamp(company.warehouse.instant_file)
    (company.raw / "support" / "tickets.parquet").write_text("no parquet")
    assert tell(company) != 0
    assert "Fix: " in capfd.readouterr().err
    assert file_stamp(company.warehouse.instant_file) == before
    assert not (company.warehouse.instant_folder / "state.duckdb").exists()


def test_a_build_takes_over_the_events_of_its_own_company_only(company, tmp_path):
    raw_data = told_of(company.warehouse.instant_file)
    assert raw_data is not None and raw_data["path"] == str(company.raw)
    state = tmp_path / "state.duckdb"
    taken = "select account_id, as_of_date from operations.instant_triggers"
    hand_over(company.warehouse, raw_data, state)
    assert query(state, taken) == [(company.account_id, company.today)]
    hand_over(company.warehouse, {**raw_data, "made_by": "another"}, state)
    assert query(state, "select table_name from duckdb_tables()") == []


@pytest.mark.parametrize(
    ("flags", "said"), [(("--as-of-date", "tomorrow"), "is no day"), ((), "`make build` first")]
)
def test_what_cannot_be_told_is_said(tmp_path, capsys, flags, said):
    arguments = ["--warehouse", str(tmp_path / "none.duckdb"), *flags]
    assert instant.main(arguments) == 2
    assert said in capsys.readouterr().err
