"""How well the model of expansion ranks accounts, against the hazard that the demo plants.

    PYTHONPATH=python:. .venv/bin/python -m experiments.expansion \
        warehouse/customer_health.builds/publications/<newest>/state.duckdb data/demo/truth

Each month's end is ranked by the model in force on it. The demo lets seats change at a renewal by
a normal growth whose mean follows the health that no figure shows: the planted hazard is the
chance that it makes more than 5 % within 180 days.
"""

import argparse
from math import comb
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from scipy.stats import norm, rankdata

from customer_health.expansion import TERMS
from customer_health.expansion.model import log_odds

QUERY = """
select observed.*, spine.days_to_renewal, coalesce(financial.contract_months, 12) as contract_months
from intermediate.int_expansion__observations as observed
inner join intermediate.int_spine__account_days as spine using (account_id, as_of_date)
inner join intermediate.int_financial__metrics as financial using (account_id, as_of_date)
where observed.is_expanded is not null
order by observed.as_of_date
"""
HEALTH = """
select
    account_id,
    week_start as as_of_date,
    (usage + engagement + sentiment + relationship + support + value + financial) / 7 as health
from '{}/latent_weekly.parquet'
order by week_start
"""


def planted(rows: pd.DataFrame) -> np.ndarray:
    """The chance that seats grow by more than 5 % within 180 days, as demo/billing.py has it."""
    years = rows["contract_months"].clip(1, 36).to_numpy() / 12
    renewals = np.where(years <= 1 / 12, 6, 1)
    chance = np.zeros(len(rows))
    for grown in range(1, 7):
        ways = np.array([comb(n, grown) for n in renewals])
        share = ways * 0.65**grown * 0.35 ** np.maximum(renewals - grown, 0)
        mean = (0.05 + 0.8 * (rows["health"].to_numpy() - 0.56)) * years * grown
        spread = 0.13 * np.sqrt(years * grown)
        chance += share * (1 - norm.cdf((np.log(1.05) - mean) / spread))
    return np.where(rows["days_to_renewal"].between(0, 180), chance, 0)


def auc(score: np.ndarray, is_expanded: np.ndarray) -> float:
    """How often an account that expanded ranks above one that did not."""
    n = is_expanded.sum()
    above = rankdata(score)[is_expanded].sum() - n * (n + 1) / 2
    return above / (n * (len(score) - n))


def main() -> None:
    """Print both figures."""
    parser = argparse.ArgumentParser(prog="python -m experiments.expansion", description=__doc__)
    parser.add_argument("state", type=Path)
    parser.add_argument("truth", type=Path)
    given = parser.parse_args()
    with duckdb.connect(str(given.state), read_only=True) as connection:
        rows = connection.execute(QUERY).df()
        fits = connection.execute("select * from intermediate.int_expansion__fits").df()
        health = connection.execute(HEALTH.format(given.truth)).df()
    rows = pd.merge_asof(rows, health, on="as_of_date", by="account_id").dropna(subset=["health"])
    said = np.full(len(rows), np.nan)
    for valid_from, terms in fits.dropna(subset=["coefficient"]).groupby("valid_from"):
        terms = terms.set_index("term").loc[list(TERMS)]
        later = (rows["as_of_date"] >= valid_from).to_numpy()
        said[later] = log_odds(
            rows[later], terms["coefficient"].to_numpy(), terms["mean"].to_numpy()
        )
    known = np.isfinite(said)
    is_expanded = rows.loc[known, "is_expanded"].to_numpy() == 1
    model, truth = auc(said[known], is_expanded), auc(planted(rows[known]), is_expanded)
    print(f"{known.sum():,} account-months, {is_expanded.sum():,} expanded")
    print(f"AUC of the model {model:.3f}, of the planted hazard {truth:.3f}: {model / truth:.3f}")


if __name__ == "__main__":
    main()
