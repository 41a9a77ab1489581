"""Reads what `dbt build` logs: shows people how far it is and keeps the messages that matter."""

import json
import re
import shutil
import sys
import time

from customer_health.counting import counted
from customer_health.plan import PROJECT

# dbt's log events, by name, that make up the account of a failure.
FAILURES = (
    "MainEncounteredError",
    "MainStackTrace",
    "RunResultFailure",
    "RunResultError",
    "RunResultErrorNoMessage",
    "SQLCompiledPath",
)
WARNINGS = ("JinjaLogWarning", "RunResultWarning", "RunResultWarningMessage")
# How the project's own refusals begin, before which dbt says in which of its operations it was.
ITS_OWN = "Nothing was built: "
COUNT_OF_ROWS = re.compile(r"Got \d+ results?, configured to (warn|fail) if .*")
RESULTS = ("LogModelResult", "LogSeedResult", "LogSnapshotResult", "LogTestResult")


class Progress:
    """Reads dbt's log lines, one after the other.

    On a terminal one line is overwritten; elsewhere there is one line for each layer begun.
    """

    def __init__(self) -> None:
        """Begin with nothing done."""
        self.failures: list[str] = []
        self.warnings: list[str] = []
        self.unknown_lines: list[str] = []
        self.done: dict[str, int] = {}
        self.layers: set[str] = set()
        self.total = 0
        self.first_node_at: float | None = None
        self.overwrites = sys.stdout.isatty()

    def read(self, line: str) -> None:
        """Take in one line of the log."""
        try:
            event = json.loads(line)
            name, message = event["info"]["name"], event["info"]["msg"]
            data = event["data"]
        except (ValueError, KeyError, TypeError):
            self.unknown_lines.append(line.rstrip())
            return
        if name == "LogStartLine":
            self.total = data.get("total", self.total)
            self.first_node_at = self.first_node_at or time.monotonic()
        elif name in RESULTS:
            self._step(data)
        elif name in WARNINGS or name in FAILURES:
            text = _in_plain_words(name, message, data)
            if name in WARNINGS:
                if not text:
                    return
                self.warnings.append(text)
                self._show(f"{'warning':<12} {text}\n")
            elif text and text not in self.failures:
                self.failures.append(text)

    def end(self) -> None:
        """Leave the terminal with an empty line to write on."""
        self._show("")

    def counted(self) -> str:
        """Say how many nodes of each kind were run."""
        return ", ".join(counted(number, kind) for kind, number in self.done.items())

    def _step(self, data: dict) -> None:
        node = data["node_info"]
        self.done[node["resource_type"]] = self.done.get(node["resource_type"], 0) + 1
        number = sum(self.done.values())
        place = f"[{number:>{len(str(self.total))}}/{self.total}]"
        layer = "tests" if node["resource_type"] == "test" else node["node_path"].split("/")[0]
        if self.overwrites:
            text = f"{place} {node['node_name']} {data['execution_time']:.1f} s"
            self._show(text[: shutil.get_terminal_size().columns - 1])
        elif layer not in self.layers:
            self._show(f"{place} {layer}\n")
        self.layers.add(layer)

    def _show(self, text: str) -> None:
        print(f"\r\033[K{text}" if self.overwrites else text, end="", flush=True)


def _in_plain_words(name: str, message: str, data: dict) -> str:
    """Leave out what dbt says of itself: which macro called which, and where an error arose."""
    if name == "RunResultWarning":
        path = PROJECT / data["path"]
        if path.is_file() and "warn_of_rows(" in path.read_text(encoding="utf-8"):
            return ""  # it has said so itself
        return f"the test {data['node_name']} finds what should not be; see {data['path']}"
    lines = [line for line in message.splitlines() if not line.lstrip().startswith("> ")]
    if ITS_OWN in message:
        first = next(number for number, line in enumerate(lines) if ITS_OWN in line)
        lines = [line.removeprefix("  ") for line in lines[first:]]
    return "\n".join(line for line in lines if not COUNT_OF_ROWS.fullmatch(line.strip())).strip()
