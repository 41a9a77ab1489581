"""Events as a folder of monthly files, clean or with dirt, one month in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from demo import dirt
from demo.contract import Table
from demo.dirt import Ledger
from demo.product import EventBlock
from demo.spellings import VARIANTS
from demo.toolkit import DAY, stamps

ROW_GROUP = 1_000_000
ID_COLUMNS = ("event_id", "account_id", "user_id", "event_name")
REASONS = (dirt.DUPLICATE, dirt.UNKNOWN_ACCOUNT, dirt.FUTURE, dirt.MISSING, dirt.UNDECODABLE)
MAY_MISS = ("event_id", "event_name", "occurred_at")


class EventEncoder:
    """Turns blocks of events into Arrow; ids come from dictionaries of their written forms."""

    def __init__(
        self, account_id: np.ndarray, user_id: np.ndarray, event_name: list[str], forms: tuple
    ) -> None:
        """Lay down every id in every one of the `forms` it may be written in."""
        plain = {
            "event_id": ["e"],
            "account_id": account_id.tolist(),
            "user_id": user_id.tolist(),
            "event_name": event_name,
        }
        self.sizes = {name: len(texts) for name, texts in plain.items()}
        self.texts = {
            name: pa.array([form(text) for form in forms for text in texts], pa.string())
            for name, texts in plain.items()
        }
        # The number of the event follows, so nothing may stand behind its prefix.
        self.texts["event_id"] = pa.array([form("e").rstrip() for form in forms], pa.string())

    def arrow(self, block: EventBlock, column: np.ndarray, form: np.ndarray) -> pa.Table:
        """Events as Arrow; the id at position `column` of ID_COLUMNS is written in `form`."""

        def coded(name: str, code: np.ndarray | int, mask: np.ndarray | None = None) -> pa.Array:
            code = code + np.where(column == ID_COLUMNS.index(name), form, 0) * self.sizes[name]
            index = pa.array(code.astype(np.int32), mask=mask)
            return pa.DictionaryArray.from_arrays(index, self.texts[name])

        number = pa.array(block.number).cast(pa.string())
        event_id = pc.binary_join_element_wise(
            coded("event_id", 0).dictionary_decode(), number, pa.scalar("")
        )
        return pa.table(
            {
                "event_id": event_id,
                "account_id": coded("account_id", block.account),
                "user_id": coded("user_id", np.maximum(block.user, 0), block.user < 0),
                "event_name": coded("event_name", block.name),
                "occurred_at": pa.array(stamps(block.occurred)).cast(pa.timestamp("us")),
                "known_at": pa.array(stamps(block.known)).cast(pa.timestamp("us")),
            }
        )

    def plain(self, block: EventBlock) -> pa.Table:
        """Events as Arrow with every id as it should be."""
        zero = np.zeros(len(block), dtype=np.int32)
        return self.arrow(block, zero, zero)


class EventDirt:
    """Spoils blocks of events month by month; every month gets each kind of bad row."""

    def __init__(
        self,
        encoder: EventEncoder,
        spec: Table,
        rng: np.random.Generator,
        rate: float,
        last_day: int,
        ledger: Ledger,
    ) -> None:
        """Dirt at `rate` from `rng`, planted rows noted in `ledger`."""
        self.encoder, self.spec, self.rng, self.rate = encoder, spec, rng, rate
        self.last_day, self.ledger = last_day, ledger
        self.held: pa.Table | None = None
        self.made = 0

    def spoil(self, block: EventBlock, is_last: bool) -> list[pa.Table]:
        """The tables to write for a month: its rows, late deliveries and bad rows."""
        rng, n = self.rng, len(block)
        bad = self._bad_rows(block)
        moved = np.flatnonzero(rng.random(n) < self.rate)
        order = np.arange(n)
        order[moved] = rng.permutation(moved)
        block = block.rows(order)
        column = rng.integers(0, len(ID_COLUMNS), n, dtype=np.int8)
        form = rng.integers(1, len(VARIANTS), n, dtype=np.int8)
        form *= rng.random(n, dtype=np.float32) < self.rate
        whole = self.encoder.arrow(block, column, form.astype(np.int32))
        tables = [bad]
        if self.held is not None:
            tables.append(self.held)
        if is_last:
            return [whole, *tables]
        later = rng.random(n, dtype=np.float32) < self.rate / 2
        self.held = whole.filter(pa.array(later))
        return [whole.filter(pa.array(~later)), *tables]

    def _bad_rows(self, block: EventBlock) -> pa.Table:
        n = len(block)
        each = max(1, round(n * self.rate / len(REASONS))) if n else 0
        parts = []
        for reason in REASONS:
            rows = self.rng.integers(0, max(n, 1), each)
            if reason == dirt.DUPLICATE:
                rows = np.unique(rows)
            table = self.encoder.plain(block.rows(rows))
            for name in ID_COLUMNS:
                position = table.column_names.index(name)
                decoded = table[name].combine_chunks().cast(pa.string())
                table = table.set_column(position, name, decoded)
            self.ledger.add(self.spec, dirt.ROW, reason, len(rows))
            parts.append(table if reason == dirt.DUPLICATE else self._break(table, reason))
        bad = pa.concat_tables(parts)
        for name in ID_COLUMNS[1:]:
            position = bad.column_names.index(name)
            bad = bad.set_column(position, name, bad[name].combine_chunks().dictionary_encode())
        return bad

    def _break(self, table: pa.Table, reason: str) -> pa.Table:
        n = len(table)
        numbers = (np.arange(self.made, self.made + n)).astype(str)
        self.made += n
        key = np.strings.add("bad\ufffd" if reason == dirt.UNDECODABLE else "bad-", numbers)
        columns = {name: table[name] for name in table.column_names} | {"event_id": pa.array(key)}
        if reason == dirt.UNKNOWN_ACCOUNT:
            columns["account_id"] = pa.array(np.strings.add("acc-unknown-", numbers))
        elif reason == dirt.FUTURE:
            day = self.last_day + self.rng.integers(*dirt.FUTURE_DAYS, n)
            second = stamps(day * DAY + self.rng.integers(0, DAY, n))
            columns["occurred_at"] = pa.array(second).cast(pa.timestamp("us"))
        elif reason == dirt.MISSING:
            which = self.rng.integers(0, len(MAY_MISS), n)
            for k, name in enumerate(MAY_MISS):
                none = pa.scalar(None, columns[name].type)
                columns[name] = pc.if_else(pa.array(which == k), none, columns[name])
        return pa.table(columns)


def write_events(
    folder: Path, blocks: Iterable[tuple[str, EventBlock]], last_month: str,
    encoder: EventEncoder, spoiler: EventDirt | None,
) -> int:  # fmt: skip
    """Write one file per month; returns the number of rows written."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = 0
    for month, block in blocks:
        if spoiler is None:
            tables = [encoder.plain(block)]
        else:
            tables = spoiler.spoil(block, is_last=month == last_month)
        with pq.ParquetWriter(
            folder / f"{month}.parquet", tables[0].schema, compression="zstd", compression_level=1
        ) as writer:
            for table in tables:
                writer.write_table(table, row_group_size=ROW_GROUP)
                rows += len(table)
    return rows
