"""Measures builds, floor and baselines on demo data; writes results.json and results.md.

Run as `make bench`, or `python -m benchmarks`. Every figure is kept as soon as it is measured, so a
part that fails or is stopped loses nothing of the others, and can be run again alone (--parts).
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb

from benchmarks import measure, report
from benchmarks.agreement import disagreement
from benchmarks.measure import PROJECT, Failed
from benchmarks.scorecards import SCORECARDS, with_scorecards

HERE = Path(__file__).resolve().parent
EVENTS_PER_ACCOUNT = 20_000
PARTS = ("floor", "full", "least", "increment", "startup", "publication", "methods", "baselines")

# Up to here the baselines are run on every date; above, joined_to_dates on Sundays and pandas not.
MOST_EVENTS_BY_DAY = 1_000_000
BASELINE_SECONDS = 600


@dataclass(frozen=True)
class Size:
    """A size of the demo company, named after its product events: 10M, 100M."""

    name: str

    @property
    def events(self) -> int:
        """Number of product events."""
        return int(self.name[:-1]) * {"k": 1_000, "M": 1_000_000}[self.name[-1]]

    @property
    def accounts(self) -> int:
        """Number of accounts; few events still need a handful."""
        return max(12, self.events // EVENTS_PER_ACCOUNT)


def main() -> int:
    """Measure what is asked for; exit code 1 if any of it failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", nargs="+", default=["10M", "100M"], help="10M, 100M, 50k ...")
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    parser.add_argument("--repeats", type=int, default=3, help="measurements of each figure")
    parser.add_argument("--baseline-sizes", nargs="+", default=["1M", "10M"])
    parser.add_argument("--months", type=int, default=24, help="months of demo data")
    parser.add_argument("--data", type=Path, default=PROJECT / "data" / "bench")
    parser.add_argument("--out", type=Path, default=HERE, help="folder for results.json and .md")
    given = parser.parse_args()
    bench = Bench(given.data.absolute(), given.out, given.months, given.repeats)
    sizes = [Size(name) for name in given.sizes]
    for size in sizes:
        if wanted := [part for part in ("floor", "full") if part in given.parts]:
            bench.attempt(bench.full_builds, size, wanted)
        if "least" in given.parts:
            bench.attempt(bench.least, size)
        if "increment" in given.parts:
            bench.attempt(bench.increments, size)
    if "startup" in given.parts:
        bench.attempt(bench.startup, sizes[0])
    if "publication" in given.parts:
        bench.attempt(bench.publication, sizes[0])
    if "methods" in given.parts:
        bench.attempt(bench.methods, sizes[0])
    if "baselines" in given.parts:
        for name in given.baseline_sizes:
            bench.attempt(bench.baselines, Size(name))
    bench.say(f"Done: {given.out / 'results.md'}")
    return 1 if bench.failed else 0


class Bench:
    """The measurements and where they are kept."""

    def __init__(self, data: Path, out: Path, months: int, repeats: int) -> None:
        """Take up the results of earlier runs in `out`, so that parts can be measured again."""
        self.data, self.work, self.out = data, data / "work", out
        self.months, self.repeats = months, repeats
        self.failed = False
        self.kept = out / "results.json"
        self.results = {"series": {}}
        if self.kept.exists():
            self.results = json.loads(self.kept.read_text(encoding="utf-8"))
        self.run = {"commit": _commit(), "started": _now(), "machine": _machine()}

    def say(self, text: str) -> None:
        """Print a line of progress."""
        print(f"{datetime.datetime.now():%H:%M:%S}  {text}", flush=True)

    def attempt(self, part, size: Size, *options) -> None:
        """Measure a part; if it fails, say so and keep on with the next."""
        began = time.monotonic()
        self.work.mkdir(parents=True, exist_ok=True)
        try:
            part(size, *options)
        except Exception as problem:  # nobody is watching: the other parts are worth having
            self.failed = True
            why = problem if isinstance(problem, Failed) else traceback.format_exc()
            self.say(f"{size.name} {part.__name__} failed: {why}")
        self.say(f"{size.name} {part.__name__}: {time.monotonic() - began:.0f} s in all")

    def begin(self, what: str, size: Size, **about) -> str:
        """Begin a series of measurements again; the name it is kept under."""
        name = " ".join([size.name, what, *map(str, about.values())])
        self.results["series"][name] = {
            **{"what": what, "size": size.name, "events": size.events, "accounts": size.accounts},
            **{"months": self.months, **about, "run": self.run, "samples": []},
        }
        return name

    def keep(self, name: str, sample: dict, shown: str) -> None:
        """Add a measurement to its series and write everything."""
        series = self.results["series"][name]
        series["samples"].append(sample)
        number = len(series["samples"])
        self.say(f"{name} {number}/{self.repeats}: {sample[shown]:.2f} s")
        self.out.mkdir(parents=True, exist_ok=True)
        self.results["targets"] = report.targets(self.results["series"])
        self.kept.write_text(json.dumps(self.results, indent=1) + "\n", encoding="utf-8")
        text = report.markdown(self.results)
        (self.out / "results.md").write_text(text, encoding="utf-8")

    def raw(self, size: Size, dirt: float = 0.01) -> Path:
        """Demo data of a size, generated unless it is there."""
        folder = self.data / (size.name if dirt else f"{size.name}_clean")
        options = {
            "accounts": size.accounts, "months": self.months, "events": size.events, "dirt": dirt,
        }  # fmt: skip
        manifest = folder / "manifest.json"
        made = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
        if {**made.get("parameters", {}), **options} != made.get("parameters"):
            self.say(f"generating {folder.name}")
            flags = [part for name, value in options.items() for part in (f"--{name}", value)]
            demo = [sys.executable, "-m", "demo", "--out", folder, *flags]
            measure.run(demo, self.work / "demo.log")
        return folder / "raw"

    def full_builds(self, size: Size, parts: list[str]) -> None:
        """Floor and full build in turn, so that each ratio is of neighbours in time."""
        raw = self.raw(size)
        warehouse = self.work / f"full_{size.name}.duckdb"
        names = {part: self.begin(part, size) for part in parts}
        for _ in range(self.repeats):
            if "floor" in parts:
                ended, floor = measure.run_python(
                    "benchmarks.run_sql",
                    *(HERE / "floor.sql", f"raw={raw}"),
                    log=self.work / "floor.log",
                )
                sample = {**floor, "peak_bytes": ended.peak_bytes}
                self.keep(names["floor"], sample, "seconds")
            if "full" in parts:
                _remove(warehouse)
                took = measure.build(warehouse, raw, "--full-refresh")
                self.keep(names["full"], {**took, **_contents(warehouse)}, "engine")
        _remove(warehouse)

    def least(self, size: Size) -> None:
        """What is left of a build if all that it computes were known: the floor, ids and a copy."""
        raw = self.raw(size)
        warehouse = self.work / f"least_{size.name}.duckdb"
        _remove(warehouse)
        measure.build(warehouse, raw, "--full-refresh")
        names = {what: self.begin(what, size) for what in report.LEAST}
        for _ in range(self.repeats):
            for what in report.LEAST:
                _, sample = measure.run_python(
                    "benchmarks.run_sql",
                    *(HERE / "least" / f"{what.replace(' ', '_')}.sql", f"raw={raw}"),
                    *("--warehouse", warehouse),
                    log=self.work / "least.log",
                )
                self.keep(names[what], sample, "seconds")
        _remove(warehouse)

    def increments(self, size: Size) -> None:
        """One day more on the whole history and on its newer half, in turn."""
        raw = self.raw(size)
        last_day = datetime.date.fromisoformat(
            json.loads((raw.parent / "manifest.json").read_text())["parameters"]["end"]
        )
        yesterday = str(last_day - datetime.timedelta(days=1))
        bases, names = {}, {}
        for months in (self.months // 2, self.months):
            history = self.work / f"history_{size.name}_{months}"
            first_day = _months_before(last_day + datetime.timedelta(days=1), months)
            cut = [sys.executable, "-m", "benchmarks.history", "--raw", raw, "--out", history]
            cut += ["--last-day", last_day, "--first-day", first_day]
            # the whole history has nothing to leave out
            measure.run(cut if months < self.months else cut[:-2], self.work / "history.log")
            _deliver(history, "yesterday")
            bases[months] = self.work / f"base_{size.name}_{months}.duckdb"
            _remove(bases[months])
            self.say(f"{size.name} building {months} months of history up to {yesterday}")
            measure.build(bases[months], history / "raw", as_of_date=yesterday)
            _deliver(history, "today")
            names[months] = self.begin("increment", size, history_months=months)
        warehouse = self.work / f"increment_{size.name}.duckdb"
        for _ in range(self.repeats):
            for months, base in bases.items():
                _remove(warehouse)
                shutil.copyfile(base, warehouse)
                raw = self.work / f"history_{size.name}_{months}" / "raw"
                took = measure.build(warehouse, raw, as_of_date=str(last_day))
                self.keep(names[months], {**took, **_contents(warehouse)}, "engine")
        for path in (warehouse, *bases.values()):
            _remove(path)

    def startup(self, size: Size) -> None:
        """What passes before the first node: imports, a parse of everything, a parse of nothing."""
        raw = self.raw(size)
        warehouse = self.work / "startup.duckdb"
        parts = ("imports", "full parse", "partial parse")
        names = {part: self.begin(f"startup, {part}", size) for part in parts}
        # one small seed is selected: what comes before it does not depend on what follows
        for _ in range(self.repeats):
            imports = [sys.executable, "-c", "import dbt.cli.main, dbt.adapters.duckdb"]
            ended = measure.run(imports, self.work / "imports.log")
            self.keep(names["imports"], {"startup": ended.seconds}, "startup")
            _remove(warehouse)
            for part in parts[1:]:
                took = measure.build(warehouse, raw, "--select", "bands")
                self.keep(names[part], took, "startup")
        _remove(warehouse)

    def publication(self, size: Size) -> None:
        """The command behind `make build`, and its steps if its manifest tells them."""
        raw = self.raw(size)
        folder = self.work / "publication"
        name = self.begin("publication", size)
        for _ in range(self.repeats):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            command = [sys.executable, "-m", "customer_health.build", "--raw-path", raw]
            command += ["--warehouse", folder / "scores.duckdb"]
            ended = measure.run(command, self.work / "publication.log")
            steps = {}
            for manifest in folder.glob("*.manifest.json"):
                steps = json.loads(manifest.read_text(encoding="utf-8")).get("seconds", {})
            sample = {"process": ended.seconds, "peak_bytes": ended.peak_bytes, "steps": steps}
            self.keep(name, sample, "process")
        shutil.rmtree(folder)

    def methods(self, size: Size) -> None:
        """Full builds with more and more scorecards, in turn."""
        raw = self.raw(size)
        warehouse = self.work / "methods.duckdb"
        names, projects = {}, {}
        for scorecards in SCORECARDS:
            project = self.work / f"project_{scorecards.replace(' ', '_')}"
            projects[scorecards] = project
            count = with_scorecards(project, scorecards)
            names[scorecards] = self.begin("methods", size, scorecards=scorecards, count=count)
        for _ in range(self.repeats):
            for scorecards, project in projects.items():
                _remove(warehouse)
                took = measure.build(warehouse, raw, "--full-refresh", project=project)
                self.keep(names[scorecards], took, "engine")
        _remove(warehouse)
        for project in projects.values():
            shutil.rmtree(project)

    def baselines(self, size: Size) -> None:
        """The usage models beside the baselines, on clean data; do they agree?"""
        raw = self.raw(size, dirt=0)
        by_day = size.events <= MOST_EVENTS_BY_DAY
        warehouse = self.work / f"baselines_{size.name}.duckdb"
        result = self.work / "baseline.parquet"
        common = ("--warehouse", warehouse, "--out", result)
        variables = (f"raw={raw}", f"every_days={1 if by_day else 7}")
        joined = ("benchmarks.run_sql", HERE / "baselines" / "joined_to_dates.sql", *variables)
        programs = {"joined_to_dates": joined}
        if by_day:
            programs["pandas"] = ("benchmarks.baselines.usage_metrics", "--raw", raw)
        models = self.begin("usage models", size)
        dates = "every day" if by_day else "Sundays"
        names = {program: self.begin(program, size, dates=dates) for program in programs}
        for _ in range(self.repeats):
            _remove(warehouse)
            took = measure.build(warehouse, raw, "--full-refresh")
            self.keep(models, took, "usage_models")
            for program, (module, *options) in programs.items():
                log = self.work / f"{program}.log"
                ended, said = measure.run_python(
                    module, *options, *common, log=log, limit=BASELINE_SECONDS
                )
                compared, different = disagreement(result, warehouse)
                self.say(f"{compared:,} figures compared, different: {different or 'none'}")
                sample = {**said, "peak_bytes": ended.peak_bytes}
                sample |= {"compared": compared, "different": different}
                self.keep(names[program], sample, "seconds")
        _remove(warehouse)


def _deliver(history: Path, day: str) -> None:
    """Let `raw` be what was delivered by a day: the path dbt reads stays the same."""
    link = history / "raw"
    link.unlink(missing_ok=True)
    link.symlink_to(day)


def _contents(warehouse: Path) -> dict:
    """Rows that a warehouse holds, and the bytes of its marts."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        account_days, scores = connection.execute(
            """
            select
                (select count(*) from intermediate.int_spine__account_days),
                (select count(*) from marts.fct_health_scores)
            """
        ).fetchone()
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
        blocks = sum(
            connection.execute(
                f"select count(distinct block_id) from pragma_storage_info('marts.{name}')"
            ).fetchone()[0]
            for (name,) in tables
        )
        block_size = connection.execute("select block_size from pragma_database_size()").fetchone()
    return {
        "account_days": account_days,
        "scores": scores,
        "result_bytes": blocks * block_size[0],
    }


def _remove(warehouse: Path) -> None:
    """Take away a warehouse and what dbt left beside it."""
    for path in warehouse.parent.glob(f"{warehouse.stem}.*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _months_before(day: datetime.date, months: int) -> datetime.date:
    """The first of the month, so many months before the month of a day."""
    count = day.year * 12 + day.month - 1 - months
    return datetime.date(count // 12, count % 12 + 1, 1)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _commit() -> str:
    """The commit measured, marked if files differ from it."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _machine() -> dict:
    """What the figures depend on beside the code."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    packages = ("dbt-core", "dbt-duckdb", "duckdb", "pandas")
    return {
        "cores": os.cpu_count(),
        "memory_bytes": memory,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


if __name__ == "__main__":
    sys.exit(main())
