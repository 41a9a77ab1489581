"""What each destination was sent and has acknowledged, row by row, in an SQLite file.

It lies beside the published file and not in it, so that a rollback takes nothing back that has
arrived. SQLite keeps what it has committed, however the process ends.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from customer_health.publication import Refusal
from customer_health.sync.outbox import Row

PENDING, ACKNOWLEDGED, REJECTED = "pending", "acknowledged", "rejected"

TABLES = """
create table if not exists deliveries (
    destination text not null,
    key text not null,
    payload_hash text not null,  -- of the last attempt
    state text not null check (state in ('pending', 'acknowledged', 'rejected')),
    reason text,  -- of a rejection
    attempts integer not null,
    attempted_at text not null,
    acknowledged_at text,
    primary key (destination, key)
) without rowid;
create table if not exists jobs (  -- begun at a destination, and not seen to end
    destination text not null,
    job text not null,
    primary key (destination, job)
) without rowid;
"""


class Ledger:
    """The account of one destination."""

    def __init__(self, file: Path, destination: str) -> None:
        """Open the ledger, making it if there is none.

        Raises:
            Refusal: The file is no ledger, or cannot be written.
        """
        self.destination = destination
        try:
            self.connection = sqlite3.connect(file)
            self.connection.executescript(TABLES)
        except sqlite3.Error as problem:
            raise Refusal(
                f"{file}: cannot be used as the ledger ({problem}). Fix: allow writing there; if"
                " the file is damaged, take it away, and everything is sent again."
            ) from problem

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def due(self, rows: Iterable[Row], retry: bool) -> list[Row]:
        """Give the rows to send: new, changed or never acknowledged; rejected ones on request."""
        rows = list(rows)
        settled = (ACKNOWLEDGED,) if retry else (ACKNOWLEDGED, REJECTED)
        done = {
            (key, payload_hash)
            for key, payload_hash, state in self.connection.execute(
                "select key, payload_hash, state from deliveries"
                " where destination = ? and key in (select value from json_each(?))",
                (self.destination, json.dumps([row.key for row in rows])),
            )
            if state in settled
        }
        return [row for row in rows if (row.key, row.payload_hash) not in done]

    def begin(self, rows: Iterable[Row]) -> None:
        """Note that rows are about to be sent."""
        with self.connection:
            self.connection.executemany(
                "insert into deliveries values (?, ?, ?, 'pending', null, 1, ?, null)"
                " on conflict (destination, key) do update set"
                " payload_hash = excluded.payload_hash, state = 'pending', reason = null,"
                " attempts = attempts + 1, attempted_at = excluded.attempted_at",
                [(self.destination, row.key, row.payload_hash, _now()) for row in rows],
            )

    def settle(self, acknowledged: Iterable[str], rejected: Mapping[str, str]) -> None:
        """Note what the destination said of rows under way."""
        told: list[tuple[str, str | None, str | None, str, str]] = [
            (ACKNOWLEDGED, None, _now(), self.destination, key) for key in acknowledged
        ]
        told += [(REJECTED, why, None, self.destination, key) for key, why in rejected.items()]
        with self.connection:
            self.connection.executemany(
                "update deliveries set state = ?, reason = ?,"
                " acknowledged_at = coalesce(?, acknowledged_at)"
                " where destination = ? and key = ? and state = 'pending'",
                told,
            )

    def begin_job(self, job: str) -> None:
        """Note a job of the destination that must not run on unseen."""
        with self.connection:
            self.connection.execute("insert into jobs values (?, ?)", (self.destination, job))

    def end_job(self, job: str) -> None:
        """Note that a job has ended."""
        with self.connection:
            self.connection.execute(
                "delete from jobs where destination = ? and job = ?", (self.destination, job)
            )

    def open_jobs(self) -> list[str]:
        """Give the jobs that a killed run left behind."""
        return [
            job
            for (job,) in self.connection.execute(
                "select job from jobs where destination = ?", (self.destination,)
            )
        ]

    def count(self, state: str) -> int:
        """Count the rows in a state."""
        ((number,),) = self.connection.execute(
            "select count(*) from deliveries where destination = ? and state = ?",
            (self.destination, state),
        )
        return number


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
