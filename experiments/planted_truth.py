"""Does the fit find the truth that was planted, and do the scores rank as well as they could?

    make experiment

See README.md. A company that is done is kept in planted_truth.json and not made again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from queue import Queue

import pandas as pd

from demo.parameters import DIMENSIONS
from experiments import planted
from experiments.planted import HAZARDS, PROJECT, SCORECARDS, Company
from experiments.summary import report, summary

HERE = Path(__file__).parent
FIRST_SEED = 101

# What decides what is found
MADE_BY = (
    "demo/**/*.py",
    "macros/**/*.sql",
    "models/staging/**/*.sql",
    "models/intermediate/**/*.sql",
    "models/intermediate/**/*.py",
    "python/customer_health/weights/*.py",
    "seeds/**/*.csv",
    "experiments/planted.py",
)
# but for what only looks at the result
NOT_BY = "models/intermediate/evidence/"


def main() -> None:
    """Read the options, do what is not done yet and write the results after every company."""
    usual = Company()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=40, help="companies")
    parser.add_argument("--accounts", type=int, default=usual.accounts, help="accounts of each")
    parser.add_argument("--months", type=int, default=usual.months, help="months of each")
    parser.add_argument("--events", type=int, default=usual.events, help="events of each, at least")
    parser.add_argument("--jobs", type=int, default=1, help="companies at a time")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the results")
    parser.add_argument(
        "--scratch",
        type=Path,
        default=PROJECT / "data" / "experiments",
        help="folder for data and warehouses, which are not kept",
    )
    asked = parser.parse_args()
    run(
        Company(asked.accounts, asked.months, asked.events),
        seeds=range(FIRST_SEED, FIRST_SEED + asked.seeds),
        out=asked.out.resolve(),
        scratch=asked.scratch.resolve(),
        jobs=asked.jobs,
    )


def run(company: Company, seeds: range, out: Path, scratch: Path, jobs: int) -> dict:
    """Do what is not done yet; returns the results, which are also in the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "planted_truth.json"
    done = _what_still_holds(path, company)

    todo = [seed for seed in seeds if str(seed) not in done["seeds"]]
    began = time.monotonic()
    for number, (seed, found, seconds) in enumerate(_all(company, todo, scratch, jobs), 1):
        for part in found:
            done[part][str(seed)] = found[part]
        path.write_text(json.dumps(_in_order(done), indent=1) + "\n", encoding="utf-8")
        left = (time.monotonic() - began) / number * (len(todo) - number) / 60
        print(
            f"{number:>3} of {len(todo)}  {seed}: {seconds:.0f} s, {left:.0f} min to go",
            flush=True,
        )

    wanted = {part: {str(s): done[part][str(s)] for s in seeds} for part in ("truth", "seeds")}
    results = _in_order(done) | {"summary": summary(wanted["truth"], wanted["seeds"])}
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (out / "planted_truth.md").write_text(report(results | wanted), encoding="utf-8")
    print(out / "planted_truth.md")
    return results


def fingerprint(*patterns: str) -> str:
    """Twelve hex digits that change with the files that match."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in PROJECT.glob(pattern)}):
        name = path.relative_to(PROJECT).as_posix()
        if not name.startswith(NOT_BY):
            digest.update(f"{name}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _what_still_holds(path: Path, company: Company) -> dict:
    """Results of earlier runs that the same demo, policy, models and size would give again."""
    now = {"company": asdict(company), "made_by": fingerprint(*MADE_BY)}
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    changed = [name for name, value in now.items() if before and before.get(name) != value]
    if changed:
        print(f"Changed since {path.name} was written, so done again: {', '.join(changed)}")
    holds = before and not changed
    return now | {part: before[part] if holds else {} for part in ("truth", "seeds")}


def _in_order(done: dict) -> dict:
    """Sort the companies by seed, whichever was done first."""
    return done | {part: dict(sorted(done[part].items())) for part in ("truth", "seeds")}


def _all(company: Company, todo: list, scratch: Path, jobs: int) -> Iterator[tuple]:
    """Do each company, some at a time; gives what was found of it as soon as it is done."""
    # a worker keeps its folder, so that dbt finds what it parsed for the company before
    folders: Queue[Path] = Queue()
    for number in range(jobs):
        folders.put(scratch / f"worker_{number + 1}")

    def one(seed: int) -> tuple:
        folder = folders.get()
        began = time.monotonic()
        try:
            planted.make(company, seed, folder / "demo")
            planted.build(folder / "demo" / "raw", folder / "warehouse.duckdb")
            found = {
                "truth": _sums(folder / "warehouse.duckdb"),
                "seeds": _found(folder / "warehouse.duckdb", folder / "demo" / "truth"),
            }
        finally:
            folders.put(folder)
        return seed, found, time.monotonic() - began

    with ThreadPoolExecutor(jobs) as pool:
        started = [pool.submit(one, seed) for seed in todo]
        try:
            for future in as_completed(started):
                yield future.result()
        finally:
            for future in started:
                future.cancel()
    shutil.rmtree(scratch, ignore_errors=True)


def _sums(warehouse: Path) -> dict:
    """What a company adds to the truth: the sums behind a correlation, per dimension.

    They end where the newest fit ends, so that both look at the same stretch of life.
    """
    until = str(pd.Timestamp(planted.newest_fit(warehouse)["valid_from"].iloc[0]).date())
    return {"until": until, **planted.moments(warehouse, until)}


def _found(warehouse: Path, truth: Path) -> dict:
    """What the fit found in a company, and how well each score ranks who leaves."""
    fit = planted.newest_fit(warehouse).set_index("dimension")
    rows = planted.with_hazards(planted.scored_later(warehouse), truth)
    columns = ["correlation", "correlation_low", "correlation_high", "weight"]
    return {
        "until": str(pd.Timestamp(fit["valid_from"].iloc[0]).date()),
        "first_fitted": str(planted.first_fitted(warehouse).date()),
        "intervals": {name: fit.loc[name, columns].tolist() for name in DIMENSIONS},
        "n_observations": len(rows),
        "n_lost": int(rows["is_churned"].sum()),
        "n_lost_accounts": int(rows.loc[rows["is_churned"], "account_id"].nunique()),
        "auc": {name: planted.aucs(rows)[name] for name in (*SCORECARDS, *HAZARDS)},
    }


if __name__ == "__main__":
    sys.exit(main())
