"""One made-up company whose truth is known: made, built as far as needed, and held against it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from demo.parameters import DIMENSIONS

PROJECT = Path(__file__).resolve().parents[1]

# What the figures below are read from, and all that it needs.
MODELS = ("+int_weights__versions", "+int_evidence__scored_outcomes")

SCORECARDS = ("correlation", "regression", "expert_default", "equal")
# By the week: from health alone, and with season and the timing of renewals on top.
HAZARDS = ("health_hazard", "hazard")


@dataclass(frozen=True)
class Company:
    """How large a made-up company is."""

    accounts: int = 700
    months: int = 24
    events: int = 300_000


def make(company: Company, seed: int, folder: Path) -> None:
    """Generate the company in a folder."""
    _run(
        *(sys.executable, "-m", "demo", "--out", folder, "--seed", seed),
        *("--accounts", company.accounts, "--months", company.months, "--events", company.events),
    )


def build(raw: Path, warehouse: Path, models: tuple[str, ...] = MODELS, **variables) -> None:
    """Build some models, by the week, into a warehouse of its own."""
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    for left in warehouse.parent.glob(f"{warehouse.name}*"):
        left.unlink()
    given = {"raw_path": str(raw), "history_grain": "week", **variables}
    _run(
        *(Path(sys.executable).with_name("dbt"), "--no-use-colors", "build"),
        *("--project-dir", PROJECT, "--profiles-dir", PROJECT),
        *("--select", *models, "--exclude-resource-type", "test", "unit_test"),
        *("--target-path", warehouse.parent / "target", "--log-path", warehouse.parent / "logs"),
        *("--vars", json.dumps(given)),
        CUSTOMER_HEALTH_WAREHOUSE=str(warehouse),
    )


def newest_fit(warehouse: Path) -> pd.DataFrame:
    """Correlation of each dimension with retention as the newest version has it, with interval."""
    return _query(
        warehouse,
        """
        select valid_from, dimension, correlation, correlation_low, correlation_high, weight
        from intermediate.int_weights__versions
        where scorecard = 'correlation' and segment = 'universal' and correlation is not null
        qualify valid_from = max(valid_from) over ()
        """,
    )


def first_fitted(warehouse: Path) -> pd.Timestamp:
    """Day from which on the correlation scorecard has weights that were fitted."""
    (day,) = _query(
        warehouse,
        """
        select min(valid_from) as valid_from from intermediate.int_weights__versions
        where scorecard = 'correlation' and segment = 'universal' and basis = 'fitted'
        """,
    )["valid_from"]
    if pd.isna(day):
        raise ValueError(
            f"{warehouse}: no weights could be fitted. Fix: more accounts, or more months."
        )
    return pd.Timestamp(day)


def moments(warehouse: Path, until: str) -> dict[str, list[float]]:
    """Sums over the observations matured by a day, per dimension: n, x, y, xx, yy, xy.

    x is the dimension's score, y is 1 for retained and 0 for lost.
    """
    rows = _query(
        warehouse,
        f"""
        select * from intermediate.int_weights__observations
        where matured_date <= date '{until}'
        """,
    )
    sums = {}
    for dimension in DIMENSIONS:
        known = rows[[f"{dimension}_score", "is_retained"]].astype(float).dropna()
        x, y = known.to_numpy().T
        sums[dimension] = [float(s) for s in (len(x), x.sum(), y.sum(), x @ x, y @ y, x @ y)]
    return sums


def correlation(sums: np.ndarray) -> float:
    """Pearson's r from the sums that `moments` gives."""
    n, x, y, xx, yy, xy = sums
    return float((n * xy - x * y) / np.sqrt((n * xx - x * x) * (n * yy - y * y)))


def scored_later(warehouse: Path) -> pd.DataFrame:
    """Give a row per account and month end on which fitted weights were in force, 90 days ahead.

    Each scorecard's score is a column; rows that not all of them can score are left out, so that
    all are judged by the same rows.
    """
    rows = _query(
        warehouse,
        """
        select scorecard, account_id, as_of_date, health_score, is_churned
        from intermediate.int_evidence__scored_outcomes
        where horizon_days = 90 and health_score is not null
        """,
    )
    rows = rows[pd.to_datetime(rows["as_of_date"]) >= first_fitted(warehouse)]
    keys = ["account_id", "as_of_date", "is_churned"]
    wide = rows.pivot(index=keys, columns="scorecard", values="health_score")
    return wide.dropna().reset_index()


def with_hazards(rows: pd.DataFrame, truth: Path) -> pd.DataFrame:
    """Add the planted hazards of the week that ends on, or holds, the day of the observation."""
    hazards = pd.read_parquet(
        truth / "latent_weekly.parquet", columns=["account_id", "week_start", *HAZARDS]
    )
    hazards["week_start"] = pd.to_datetime(hazards["week_start"])
    day = pd.to_datetime(rows["as_of_date"])
    rows = rows.assign(week_start=day - pd.to_timedelta(day.dt.day_of_week, unit="D"))
    joined = rows.merge(
        hazards.astype({"week_start": rows["week_start"].dtype}), on=["account_id", "week_start"]
    )
    if len(joined) < 0.99 * len(rows):
        raise ValueError(f"{truth}: only {len(joined)} of {len(rows)} observations have a hazard.")
    return joined


def aucs(rows: pd.DataFrame) -> dict[str, float]:
    """Chance that, of one who left and one who stayed, each score or hazard warned of the first."""
    lost = rows["is_churned"].astype(bool)
    risks = {name: -rows[name] for name in SCORECARDS if name in rows}
    risks |= {name: rows[name] for name in HAZARDS if name in rows}
    return {name: float(roc_auc_score(lost, risk)) for name, risk in risks.items()}


def _query(warehouse: Path, sql: str) -> pd.DataFrame:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql).df()


def _run(*command, **environment: str) -> None:
    """Run a command from the project's folder; if it fails, say what it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=PROJECT,
        env={
            **os.environ,
            "PYTHONPATH": f"{PROJECT / 'python'}{os.pathsep}{PROJECT}",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "CUSTOMER_HEALTH_THREADS": "1",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{done.stdout[-4000:]}")
