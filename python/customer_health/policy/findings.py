"""Messages about policy files, in the one form they all have."""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar


@dataclass
class Findings:
    """Collects the messages about one folder."""

    folder: str
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def error(self, file: str, rows: int | Sequence[int], what: str, fix: str) -> None:
        """Note something that stops the build, and how to fix it."""
        self.errors.append(self._message(file, rows, what, fix))

    def warning(self, file: str, rows: int | Sequence[int], what: str, fix: str) -> None:
        """Note something worth a look."""
        self.warnings.append(self._message(file, rows, what, fix))

    def _message(self, file: str, rows: int | Sequence[int], what: str, fix: str) -> str:
        numbers = [rows] if isinstance(rows, int) else list(rows)
        place = f"{self.folder}/{file}"
        if numbers:
            word = "row" if len(numbers) == 1 else "rows"
            place += f", {word} {', '.join(map(str, numbers))}"
        return f"{place}: {what}. Fix: {fix}."


Item = TypeVar("Item")


def grouped(rows: Iterable[Item], *columns: str) -> dict[tuple[Any, ...], list[Item]]:
    """Group rows by the cells of some columns, in the order of the file."""
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(getattr(row, column) for column in columns)].append(row)
    return dict(groups)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Give the known name that `name` is most likely a slip of, if any is close."""
    near = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)
    return near[0] if near else None


def use_one_of(name: str, known: Sequence[str]) -> str:
    """Say which of the known names to write instead of `name`."""
    near = nearest(name, known)
    return f"write '{near}', if that is meant" if near else f"use one of {listed(known)}"


def listed(names: Sequence[str]) -> str:
    """List some names, the first eight if there are more."""
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown} … ({len(names)} in all)"
