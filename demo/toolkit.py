"""Small vectorised helpers shared by all generators. Days and seconds count from 1970-01-01 UTC."""

from __future__ import annotations

import zlib

import numpy as np

DAY = 86_400
NEVER = np.iinfo(np.int64).min  # read as NaT by dates() and stamps()
FAR = 2**31 - 1  # a day or second after everything


def stream(seed: int, purpose: str) -> np.random.Generator:
    """The random numbers of one purpose: independent of every other purpose."""
    key = (zlib.crc32(purpose.encode()),)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def day_number(text: str) -> int:
    """Day number of an ISO date."""
    return int(np.datetime64(text, "D").astype(np.int64))


def add_months(days: np.ndarray, months: np.ndarray | int) -> np.ndarray:
    """Day numbers moved by whole months, kept inside the month they land in."""
    dates = days.astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    of_month = (dates - month).astype(np.int64)
    target = month + months
    length = ((target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(
        np.int64
    )
    moved = target.astype("datetime64[D]") + np.minimum(of_month, length - 1)
    return moved.astype(np.int64)


def dates(days: np.ndarray) -> np.ndarray:
    """Day numbers as dates; NEVER becomes NaT."""
    return np.asarray(days, dtype=np.int64).view("datetime64[D]")


def stamps(seconds: np.ndarray) -> np.ndarray:
    """Second numbers as timestamps; NEVER becomes NaT."""
    return np.asarray(seconds, dtype=np.int64).view("datetime64[s]")


def by(moment: np.ndarray, limit: np.ndarray | int, given: np.ndarray | bool = True) -> np.ndarray:
    """The moments that are `given` and not after `limit`; NEVER for the others."""
    return np.where(given & (moment <= limit), moment, NEVER).astype(np.int64)


def ids(prefix: str, count: int, first: int = 1) -> np.ndarray:
    """`count` ids such as acc-000042."""
    if not count:
        return np.array([], dtype=str)
    numbers = np.arange(first, first + count).astype(str)
    return np.strings.add(prefix, np.strings.zfill(numbers, 6))


def optional(values: np.ndarray, given: np.ndarray) -> np.ma.MaskedArray:
    """Values that are null where not `given`."""
    return np.ma.array(values, mask=~np.asarray(given, dtype=bool))


def stacked(first: dict, second: dict) -> dict:
    """The rows of one table, then those of another with the same columns."""
    masked = np.ma.isMaskedArray
    return {
        name: (np.ma if masked(values) or masked(second[name]) else np).concatenate(
            [values, second[name]]
        )
        for name, values in first.items()
    }


def within(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For groups of `counts` rows: the group of each row and its position inside the group."""
    group = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    return group, np.arange(len(group)) - first[group]


def last_at(
    group: np.ndarray, moment: np.ndarray, asked_group: np.ndarray, asked: np.ndarray
) -> np.ndarray:
    """Index of the latest row of the asked group at or before the asked moment; -1 for none.

    Rows must be sorted by group, then moment.
    """
    key = (group.astype(np.int64) << 32) + moment
    found = np.searchsorted(key, (asked_group.astype(np.int64) << 32) + asked, side="right") - 1
    ok = (found >= 0) & (len(group) > 0)
    if len(group):
        ok &= group[found] == asked_group
    return np.where(ok, found, -1)


def office_seconds(rng: np.random.Generator, count: int) -> np.ndarray:
    """Seconds of the day, mostly in office hours."""
    return (np.clip(rng.normal(13.5, 2.6, count), 6.0, 21.9) * 3600).astype(np.int64)


def logistic(x: np.ndarray) -> np.ndarray:
    """Log-odds to a share."""
    return 1.0 / (1.0 + np.exp(-x))
