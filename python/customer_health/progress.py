"""Reads what `dbt build` logs: shows people how far it is and keeps the messages that matter."""

import json
import shutil
import sys
import time

from customer_health.counting import counted

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
            text = _without_frames(message)
            if name in WARNINGS:
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


def _without_frames(message: str) -> str:
    """Leave out the lines in which dbt says which macro called which."""
    lines = [line for line in message.splitlines() if not line.lstrip().startswith("> ")]
    return "\n".join(lines).strip()
