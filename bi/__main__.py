"""Opens the dashboard in a Superset of its own, or saves what was changed in it.

Run as `python -m bi`, which `make superset` does. Superset keeps all it has in one folder; the
warehouse is opened read-only, for each query anew, so that builds can publish meanwhile.
"""

import argparse
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
DASHBOARD = HERE / "superset"
ADDRESS = "superset/dashboard/customer-health/"
# What the files name instead of somebody's warehouse.
ANY_WAREHOUSE = "duckdb:////customer_health.duckdb?access_mode=read_only"
HOST = "127.0.0.1"
# What one Superset knows by its own numbers or once somebody has looked, and finds out again.
OWN = {
    "chart_configuration",
    "chartsInScope",
    "color_scheme_domain",
    "dashboards",
    "datasource",
    "global_chart_configuration",
    "map_label_colors",
    "shared_label_colors",
    "slice_id",
    "tabsInScope",
    "url_params",
}


class Refusal(Exception):
    """A command cannot do its work; the message says what is wrong and how to fix it."""


@dataclass(frozen=True)
class Superset:
    """A Superset: the environment it is installed in, and the folder of all it keeps."""

    environment: Path
    home: Path

    @property
    def password(self) -> str:
        """The password of the user admin, made up once."""
        return self._secret("password", 9)

    def _secret(self, name: str, n_bytes: int) -> str:
        path = self.home / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(n_bytes), encoding="utf-8")
        return path.read_text(encoding="utf-8")

    def command(self, *words: str | Path) -> tuple[list[str], dict[str, str]]:
        """A command of Superset with its environment variables."""
        variables = {
            "FLASK_APP": "superset",
            "PYTHONWARNINGS": "ignore",
            "SUPERSET_CONFIG_PATH": str(HERE / "superset_config.py"),
            "SUPERSET_HOME": str(self.home),
            "SUPERSET_SECRET_KEY": self._secret("secret_key", 42),
        }
        program = self.environment / "bin" / "superset"
        return [str(program), *map(str, words)], {**os.environ, **variables}

    def do(self, *words: str | Path) -> None:
        """Run a command of Superset.

        Raises:
            Refusal: It failed; the message ends with what it printed.
        """
        command, variables = self.command(*words)
        done = subprocess.run(
            command, env=variables, capture_output=True, encoding="utf-8", check=False
        )
        # Superset only writes of some failures in its log
        if done.returncode or "Traceback" in done.stderr or ":ERROR:" in done.stderr:
            raise Refusal(f"superset {words[0]} failed:\n{done.stdout}{done.stderr}")

    def prepare(self) -> None:
        """Make its own database and the user admin, or bring them up to date."""
        self.home.mkdir(parents=True, exist_ok=True)
        version = (self.environment / "superset.lock").read_text(encoding="utf-8")
        if _unchanged(self.home / "made_by", version):
            return
        self.do("db", "upgrade")
        self.do("init")
        person = ("--username=admin", "--firstname=Customer", "--lastname=Success", "--email=admin")
        self.do("fab", "create-admin", *person, f"--password={self.password}")
        (self.home / "made_by").write_text(version, encoding="utf-8")

    def load(self, warehouse: Path) -> None:
        """Import the dashboard over a warehouse, if either is not the one imported last."""
        files = {
            path: path.read_text(encoding="utf-8") for path in sorted(DASHBOARD.rglob("*.yaml"))
        }
        text = "".join(f"{path}\n{content}" for path, content in files.items())
        if _unchanged(self.home / "imported", imported := f"{warehouse}\n{text}"):
            return
        with tempfile.TemporaryDirectory() as folder:
            given = json.dumps(f"duckdb:///{warehouse}?access_mode=read_only")
            for path, content in files.items():
                copy = Path(folder) / path.relative_to(DASHBOARD)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_text(content.replace(ANY_WAREHOUSE, given), encoding="utf-8")
            self.do("import-directory", "--overwrite", folder)
        (self.home / "imported").write_text(imported, encoding="utf-8")

    @contextmanager
    def running(self, port: int) -> Iterator[subprocess.Popen]:
        """Have it listen to this machine; gives its process once it answers.

        Raises:
            Refusal: It does not start.
        """
        with socket.socket() as other:
            if other.connect_ex((HOST, port)) == 0:
                raise Refusal(f"Port {port} is taken. Fix: name another one with PORT=...")
        command, variables = self.command(
            "run", "--host", HOST, "--port", str(port), "--with-threads"
        )
        log = self.home / "superset.log"
        with (
            log.open("w") as written,
            subprocess.Popen(command, env=variables, stdout=written, stderr=written) as process,
        ):
            try:
                while not _answers(f"http://{HOST}:{port}/health"):
                    if process.poll() is not None:
                        raise Refusal(f"Superset does not start: {log} says why.")
                    time.sleep(0.5)
                yield process
            finally:
                process.terminate()

    def save(self, folder: Path) -> None:
        """Write the dashboard as it is now, without what only this Superset knows."""
        with tempfile.TemporaryDirectory() as scratch:
            bundle = Path(scratch) / "bundle.zip"
            self.do("export-dashboards", "--dashboard-file", bundle)
            with zipfile.ZipFile(bundle) as opened:
                files = {name: opened.read(name).decode() for name in opened.namelist()}
        shutil.rmtree(folder, ignore_errors=True)
        for name, text in files.items():
            path = folder / re.sub(r"_\d+\.yaml$", ".yaml", name.split("/", 1)[1])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_dump(_for_anyone(yaml.safe_load(text))), encoding="utf-8")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


def _unchanged(path: Path, content: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == content


def _for_anyone(exported: dict) -> dict:
    """What Superset exports, the same from whichever Superset it comes."""
    places = [place for place in exported.get("position", {}).values() if isinstance(place, dict)]
    charts = [place["meta"]["chartId"] for place in places if place["type"] == "CHART"]
    kept = _without_own(exported, {number: place for place, number in enumerate(charts, 1)})
    if "timestamp" in kept:
        kept["timestamp"] = "2026-01-01T00:00:00+00:00"
    if "sqlalchemy_uri" in kept:
        kept["sqlalchemy_uri"] = ANY_WAREHOUSE
    if "sql" in kept:
        kept["source_db_engine"] = "duckdb"  # or Superset would write the SQL again in its own way
        for name in ("columns", "metrics"):
            kept[name].sort(key=lambda item: item.get("column_name") or item["metric_name"])
    return kept


def _without_own(value: Any, numbers: dict[int, int]) -> Any:
    """A value of an export without what says nothing, and with these numbers of charts."""
    if isinstance(value, list):
        return [_without_own(item, numbers) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: _without_own(item, numbers)
        for key, item in value.items()
        if item is not None and key not in OWN
    }
    if "chartId" in kept:
        kept["chartId"] = numbers[kept["chartId"]]
    if "excluded" in kept:
        kept["excluded"] = [numbers[number] for number in kept["excluded"]]
    return kept


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines, such as SQL, as lines."""


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    ),
)


def _dump(content: Any) -> str:
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def main(arguments: list[str] | None = None) -> int:
    """Open or save as the command line says; 2 it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m bi")
    parser.add_argument("what", choices=("open", "save"))
    parser.add_argument("--warehouse", type=Path, help="the published file")
    parser.add_argument("--environment", type=Path, default=Path(sys.prefix, "superset"))
    parser.add_argument("--home", type=Path, default=Path("target", "superset"))
    parser.add_argument("--port", type=int, default=8088)
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # ends what it started as well
    superset = Superset(given.environment.absolute(), given.home.absolute())
    try:
        if given.what == "save":
            superset.save(DASHBOARD)
            print(f"saved in {DASHBOARD}: look at `git diff`")
            return 0
        superset.prepare()
        superset.load(given.warehouse.absolute())
        with superset.running(given.port) as process:
            print(
                f"{'superset':<12} http://{HOST}:{given.port}/{ADDRESS}\n"
                f"{'':<12} user admin, password {superset.password}; Ctrl-C ends it",
                flush=True,
            )
            return process.wait()
    except Refusal as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
