"""Is the likelihood of leaving right on made-up companies, and does the quarter hold what it says?

    PYTHONPATH=python:. .venv/bin/python -m experiments.churn_probability --seeds 10

See README.md. Writes churn_probability.md and .json; a company that is done is kept there.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from customer_health.logistic import ridge_logistic
from experiments import planted

HERE = Path(__file__).parent
FIRST_SEED = 101
MODELS = ("+fct_revenue_retention",)

ROWS = """
select
    risk.account_id,
    risk.churn_probability_90d as probability,
    scores.health_score,
    cast(outcomes.is_churned as double) as is_churned
from marts.fct_churn_risk as risk
inner join marts.fct_health_scores as scores using (account_id, as_of_date)
inner join marts.fct_outcomes as outcomes using (account_id, as_of_date)
where
    scores.scorecard_role = 'production' and outcomes.horizon_days = 90
    and risk.churn_probability_90d is not null and outcomes.is_churned is not null
order by risk.account_id, risk.as_of_date
"""

QUARTERS = """
select
    as_of_date,
    expected_churned_arr as expected,
    expected_churned_arr_low as low,
    expected_churned_arr_high as high,
    churned_arr as realised
from marts.fct_revenue_retention
where
    segment = 'all' and band = 'all'
    and expected_churned_arr is not null and churned_arr is not null
order by as_of_date
"""


def judged(warehouse: Path) -> dict:
    """What a company says: of its month ends with a probability and a known outcome."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(ROWS).df()
        quarters = connection.execute(QUARTERS).df()
    found = {
        "rows": len(rows),
        "lost": int(rows["is_churned"].sum()),
        "expected": float(rows["probability"].sum()),
        "quarters": len(quarters),
        "held": int(quarters["realised"].between(quarters["low"], quarters["high"]).sum()),
        "below": int((quarters["realised"] < quarters["low"]).sum()),
        "width": float(((quarters["high"] - quarters["low"]) / quarters["expected"]).median()),
    }
    if not 0 < found["lost"] < found["rows"]:
        return found
    lost = rows["is_churned"].astype(bool)
    return found | {
        "slope": slope(rows),
        "auc_probability": float(roc_auc_score(lost, rows["probability"])),
        "auc_health": float(roc_auc_score(lost, -rows["health_score"])),
    }


def slope(rows: pd.DataFrame) -> float:
    """Slope of churn on the log odds of the probability, by logistic regression; 1 is right."""
    probability = rows["probability"].clip(0.0005, 0.9995)
    log_odds = np.log(probability / (1 - probability)).to_numpy()
    design = np.stack([np.ones(len(rows)), log_odds], axis=1)
    account = pd.factorize(rows["account_id"])[0]
    fitted, _ = ridge_logistic(design, rows["is_churned"].to_numpy(), account, np.zeros(2))
    return float(fitted[1])


def main() -> None:
    """Make the companies that are not done yet, and write what all of them say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10, help="companies")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the results")
    parser.add_argument("--scratch", type=Path, default=planted.PROJECT / "data" / "experiments")
    asked = parser.parse_args()
    kept = asked.out / "churn_probability.json"
    done = json.loads(kept.read_text()) if kept.exists() else {}
    for seed in range(FIRST_SEED, FIRST_SEED + asked.seeds):
        if str(seed) in done:
            continue
        folder = asked.scratch.resolve() / f"probability-{seed}"
        planted.make(planted.Company(), seed, folder)
        planted.build(folder / "raw", folder / "company.duckdb", MODELS)
        done[str(seed)] = judged(folder / "company.duckdb")
        kept.write_text(json.dumps(done, indent=1) + "\n")
        (asked.out / "churn_probability.md").write_text(report(done))
        shutil.rmtree(folder)
        print(seed, done[str(seed)], flush=True)


def report(done: dict) -> str:
    """Write the results as Markdown."""
    companies = pd.DataFrame.from_dict(done, orient="index")
    total = companies.sum()
    known = companies.dropna()
    lines = [
        "# Is the likelihood of leaving right?",
        "",
        "Written by `experiments/churn_probability.py`; README.md says what the figures mean.",
        "",
        f"{len(companies)} made-up companies, history by the week:",
        "",
        f"- expected to leave within 90 days: {total['expected']:.0f} of {total['rows']:,.0f}"
        f" observations; left: {total['lost']:.0f};",
        f"- slope of calibration: mean {known['slope'].mean():.2f}, companies from"
        f" {known['slope'].min():.2f} to {known['slope'].max():.2f};",
        f"- AUC {known['auc_probability'].mean():.3f}, of the health score on the same rows"
        f" {known['auc_health'].mean():.3f};",
        f"- the quarter's loss was within its 95 % interval in {total['held']:.0f} of"
        f" {total['quarters']:.0f} quarters.",
        "",
        "| company | observations | left | expected | slope | AUC | AUC of health | quarters | held"
        " | width of the interval by the expected loss, median |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for seed, one in companies.iterrows():
        lines.append(
            f"| {seed} | {one['rows']:,.0f} | {one['lost']:.0f} | {one['expected']:.1f}"
            f" | {one['slope']:.2f} | {one['auc_probability']:.3f} | {one['auc_health']:.3f}"
            f" | {one['quarters']:.0f} | {one['held']:.0f} | {one['width']:.2f} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
