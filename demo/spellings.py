"""Ways in which the same id, time or absence of a value is written."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from demo.contract import Column

# What systems write where they have no date.
SENTINELS = ("9999-12-31", "1900-01-01", "1970-01-01", "2999-12-31", "0001-01-01", "")
VARIANTS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    str.upper,
    lambda text: "".join(c.upper() if k % 2 else c for k, c in enumerate(text, 1)),
    lambda text: f"  {text} ",
    lambda text: f"\u00a0{text}\u00a0",
    lambda text: f"\u200b{text}",
    lambda text: f"\ufeff{text}",
)


def _in_zone(moment: np.datetime64, hours: int) -> str:
    return f"{moment + np.timedelta64(hours, 'h')}{hours:+03d}:00"


# The same moment, or the same day, written otherwise.
TIME_SPELLINGS: tuple[Callable[[np.datetime64], str], ...] = (
    lambda moment: _in_zone(moment, 2),
    lambda moment: _in_zone(moment, -5),
    lambda moment: str(moment).replace("T", " "),
    lambda moment: f"{moment}.000000Z",
    lambda moment: str(moment.astype(np.int64)),
    lambda moment: str(moment.astype(np.int64) * 1000),
)
DATE_SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda day: f"{day}T00:00:00",
    lambda day: f"{day} 00:00:00",
    lambda day: day.replace("-", ""),
)


def odd_id(text: str | None, variant: int) -> str | None:
    """An id written otherwise; whole numbers also as a floating-point column writes them."""
    if text and text.isdigit() and variant % 2:
        return f"{text}.0"
    return text and VARIANTS[variant](text)


def other_time(text: str | None, column: Column, spelling: int) -> str | None:
    """A day, or a UTC time, written otherwise."""
    if text is None:
        return None
    if column.data_type == "date":
        return DATE_SPELLINGS[spelling % len(DATE_SPELLINGS)](text)
    return TIME_SPELLINGS[spelling](np.datetime64(text.rstrip("Z"), "s"))


def none(column: Column, number: int) -> str | None:
    """What stands for a missing value in a text: blanks, or a date that means none."""
    if column.is_time:
        text = SENTINELS[number % len(SENTINELS)]
        return f"{text}T00:00:00Z" if text and column.data_type == "timestamp" else text
    return " " * (number % 3)
