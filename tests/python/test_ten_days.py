"""Ten days of a small company, from its scores and facts to what each day sends.

The models between are built day by day, each on what the day before left; what has to come out was
written down by hand.
"""

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from project import dbt, query

from customer_health.sync.__main__ import ALERTS, FIELDS, Outbox, _fields
from customer_health.sync.delivery import deliver
from customer_health.sync.destination import Answer
from customer_health.sync.ledger import Ledger
from customer_health.sync.outbox import Row, read

MODELS = (
    "fct_playbook_triggers",
    "fct_trigger_responses",
    "fct_alerts",
    "fct_account_touches",
    "csm_worklist",
    "sync_crm__account_health",
    "sync_slack__critical_alerts",
)
FIRST_DAY = date(2025, 3, 3)

# Score, band and change over 30 days from a day on. gamma is never known well enough for a band.
SCORES = {
    "acme": {1: (62, "moderate", -4), 4: (49, "at_risk", -13), 6: (44, "at_risk", -18)},
    "beta": {1: (70, "moderate", 0)},
    "gamma": {1: (70, "insufficient data", None)},
    "delta": {1: (74, "moderate", 2), 7: (80, "healthy", 6)},
}
P1_TICKETS = {"beta": {3, 4, 8, 10}}  # days on which one is open
OVERDUE_INVOICES = {"gamma": {2, 3, 4, 5, 6}}
TOUCHES = {(account, 0) for account in SCORES} | {("acme", 5)}

# What each day has to bring. The worklist has its most urgent trigger for each account.
TRIGGERS = {
    2: {("gamma", "payment_past_due")},
    3: {("beta", "critical_ticket")},
    4: {("acme", "at_risk")},
    6: {("acme", "rapid_decline")},
    7: {("delta", "became_healthy"), ("delta", "reached_80")},
    # on day 8 the cooldown of 7 days is not over
    10: {("beta", "critical_ticket")},
}
late, ticket = {"gamma": "payment_past_due"}, {"beta": "critical_ticket"}
fallen, risen = {"acme": "rapid_decline"}, {"delta": "became_healthy"}
WORKLISTS = {
    1: {},
    2: late,
    3: late | ticket,
    4: late | ticket | {"acme": "at_risk"},
    5: late,  # acme was called, and the ticket is closed
    6: late | fallen,
    7: fallen | risen,  # the invoice is paid
    8: ticket | fallen | risen,  # the ticket is open again, and so is its trigger of day 3
    9: fallen | risen,
    10: ticket | fallen | risen,
}
ALERTED = {
    2: {"payment_past_due/gamma/2025-03-04"},
    3: {"critical_ticket/beta/2025-03-05"},
    6: {"rapid_decline/acme/2025-03-08"},
    10: {"critical_ticket/beta/2025-03-12"},
}
SENT = {
    1: {"ACME", "BETA", "GAMMA", "DELTA"},
    4: {"ACME"},
    6: {"ACME"},
    7: {"DELTA"},
    10: {"DELTA"},  # what corrected day 9 was of that day alone
}


def day(number: int) -> date:
    """The date of a day."""
    return FIRST_DAY + timedelta(days=number - 1)


class Receiver:
    """A destination that takes everything, and notes it."""

    name = "receiver"
    rows_at_once = 100

    def __init__(self) -> None:
        """Begin with nothing."""
        self.keys: list[str] = []

    def place(self) -> str:
        """Name it."""
        return self.name

    def sign_in(self, ledger: Ledger) -> None:
        """Let anybody in."""

    def send(self, rows: list[Row], ledger: Ledger) -> Answer:
        """Take rows."""
        self.keys += [row.key for row in rows]
        return Answer(acknowledged=[row.key for row in rows])


@dataclass
class Company:
    """Its warehouse, and what it has sent so far."""

    warehouse: Path
    raw: Path

    def live(self, number: int, corrections: dict[str, tuple] | None = None) -> None:
        """Write what is known of a day, in place of what was known of it before."""
        scores = {
            account: levels[max(since for since in levels if since <= number)]
            for account, levels in SCORES.items()
        } | (corrections or {})
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(
                "create temp table today (account_id varchar, score double,"
                " band varchar, change double, p1 double, overdue double)"
            )
            connection.executemany(
                "insert into today values (?, ?, ?, ?, ?, ?)",
                [
                    (
                        *(account, *known),
                        float(number in P1_TICKETS.get(account, ())),
                        float(number in OVERDUE_INVOICES.get(account, ())),
                    )
                    for account, known in scores.items()
                ],
            )
            connection.execute("set variable today = $1::date", [day(number)])
            for statement in WRITE_DAY:
                connection.execute(statement)
            connection.executemany(
                "insert into intermediate.int_facts__touches by name"
                " select $1 as account_id, 'call' as activity_type, $2::date as activity_date",
                [(account, day(on)) for account, on in TOUCHES if on <= number],
            )

    def build(self) -> None:
        """Build the models of a day."""
        outcome = dbt("run", self.warehouse, "--select", *MODELS, raw_path=self.raw)
        assert outcome.code == 0, outcome.text

    def complete(self) -> None:
        """Note that the build of the day is complete, so that the next one goes on from it."""
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(
                """
                update operations.completed_builds
                set
                    invocation_id = (select invocation_id from operations.build_window),
                    as_of_date = (select as_of_date from staging.stg_calendar__clock)
                """
            )

    def triggers(self) -> dict[int, set[tuple[str, str]]]:
        """All that has fired so far, by day."""
        found: dict[int, set[tuple[str, str]]] = {}
        for account, on, trigger in query(
            self.warehouse,
            "select account_id, as_of_date, trigger from marts.fct_playbook_triggers",
        ):
            events = found.setdefault((on - FIRST_DAY).days + 1, set())
            assert (account, trigger) not in events
            events.add((account, trigger))
        return found

    def worklist(self) -> dict[str, str]:
        """The worklist: account and trigger."""
        return dict(query(self.warehouse, "select account_id, trigger from marts.csm_worklist"))

    def send(self, outbox: Outbox) -> set[str]:
        """Sync an outbox, and give the keys that were sent."""
        receiver = Receiver()
        ledger = Ledger(self.warehouse.with_suffix(".sqlite"), outbox.mart)
        deliver(read(self.warehouse, outbox), receiver, ledger, retry=False)
        ledger.close()
        assert len(receiver.keys) == len(set(receiver.keys))
        return set(receiver.keys)


WRITE_DAY = (
    "update staging.stg_calendar__clock"
    " set as_of_date = getvariable('today'), asked_date = getvariable('today')",
    *(
        f"delete from {table} where as_of_date = getvariable('today')"
        for table in (
            "intermediate.int_spine__account_days",
            "intermediate.int_events__critical_days",
            "marts.fct_health_scores",
        )
    ),
    """
    insert into intermediate.int_spine__account_days by name
    select
        account_id,
        getvariable('today') as as_of_date,
        getvariable('today') - date '2001-01-01' as day_number,
        'kim' as csm_owner_id,
        'smb' as segment,
        1000 as arr,
        300 as days_to_renewal
    from today
    """,
    """
    insert into intermediate.int_events__critical_days by name
    select
        account_id,
        getvariable('today') as as_of_date,
        p1 as open_p1_tickets,
        overdue as overdue_invoices
    from today
    where p1 > 0 or overdue > 0
    """,
    """
    insert into marts.fct_health_scores by name
    select
        cards.scorecard,
        cards.role as scorecard_role,
        today.account_id,
        getvariable('today') as as_of_date,
        today.score as health_score,
        today.band,
        today.band = 'at_risk' as is_flagged,
        today.change as change_30d,
        coalesce(today.change < -10, false) as is_drop_alert,
        coalesce(today.change <= -15, false) as is_rapid_decline
    from today
    cross join (select scorecard, role from policy.scorecards where role <> 'off') as cards
    """,
    "delete from marts.account_health",
    """
    insert into marts.account_health by name
    select
        scores.* exclude (scorecard_role),
        upper(scores.account_id) as crm_account_id,
        'customer' as customer_status,
        'kim' as csm_owner_id,
        3 as tier,
        'monthly' as cadence,
        1000 as arr,
        'Fell by 18 points' as alert_sentence
    from (
        select
            scorecard, scorecard_role, account_id, as_of_date, health_score, band, change_30d,
            is_drop_alert, is_rapid_decline
        from marts.fct_health_scores
    ) as scores
    where scores.scorecard_role = 'production' and scores.as_of_date = getvariable('today')
    """,
    "delete from marts.dim_accounts",
    "insert into marts.dim_accounts by name"
    " select account_id, getvariable('today') as as_of_date from today",
    "delete from intermediate.int_facts__touches",
)
EMPTIED = (
    *("marts.fct_health_scores", "marts.fct_churn_risk", "marts.fct_playbook_triggers"),
    *("intermediate.int_spine__account_days", "intermediate.int_events__critical_days"),
    *("intermediate.int_support__metrics", "intermediate.int_financial__metrics"),
    "intermediate.int_facts__play_runs",
)


@pytest.fixture
def company(built_demo, tmp_path) -> Company:
    """The tables of the demo's warehouse, without the demo."""
    warehouse = shutil.copy(built_demo.warehouse, tmp_path / "warehouse.duckdb")
    with duckdb.connect(str(warehouse)) as connection:
        for table in EMPTIED:
            connection.execute(f"delete from {table}")
        connection.execute("update operations.completed_builds set as_of_date = $1", [day(0)])
        # the demo's sources begin later
        feeds = "update intermediate.int_feeds__connected set connected_from = $1"
        connection.execute(feeds, [day(0)])
    return Company(warehouse, built_demo.raw)


def expected_by(number: int) -> dict[int, set[tuple[str, str]]]:
    """The triggers that have to have fired by a day."""
    return {on: events for on, events in TRIGGERS.items() if on <= number}


def test_each_day_brings_what_it_should_and_nothing_twice(company):
    fields = _fields("salesforce", FIELDS)
    columns = {row.payload_column: row.remote_field for row in fields}
    accounts = Outbox("sync_crm__account_health", "crm_account_id", columns)

    def results(number: int) -> tuple:
        return company.triggers(), company.worklist(), company.send(ALERTS), company.send(accounts)

    for number in range(1, 11):
        company.live(number)
        company.build()
        due = ALERTED.get(number, set()), SENT.get(number, set())
        assert results(number) == (expected_by(number), WORKLISTS[number], *due), number
        if number == 3:  # the day is built twice
            company.build()
            assert results(number) == (expected_by(number), WORKLISTS[number], set(), set())
        if number == 9:  # and corrected: the score was higher, and is sent once more
            company.live(number, {"delta": (81.5, "healthy", 7)})
            company.build()
            now = expected_by(number), WORKLISTS[number], set()
            assert results(number) == (*now, {"DELTA"})
            assert results(number) == (*now, set())
        company.complete()
