"""How well the models of expansion and advocacy rank accounts, against the hazards of the demo.

    PYTHONPATH=python:. .venv/bin/python -m experiments.named_outcomes \
        warehouse/customer_health.builds/publications/<newest>/state.duckdb data/demo/truth

Each month's end is ranked by the model in force on it, so that no model has seen what it ranks.
The demo lets seats change at a renewal by a normal growth whose mean follows the health that no
figure shows: the planted hazard of expansion is the chance that it makes more than 5 % within 180
days. The one of advocacy is the rate at which an account gives references in that week.
"""

import argparse
from collections.abc import Callable
from math import comb
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from scipy.stats import norm, rankdata

from customer_health.named_outcome_fits import ADVOCACY, EXPANSION, Outcome
from customer_health.named_outcomes.model import log_odds

QUERY = """
select observed.*, spine.days_to_renewal, coalesce(financial.contract_months, 12) as contract_months
from intermediate.int_named_outcomes__observations as observed
inner join intermediate.int_spine__account_days as spine using (account_id, as_of_date)
inner join intermediate.int_financial__metrics as financial using (account_id, as_of_date)
where observed.matured_date <= (select max(as_of_date) from staging.stg_calendar__clock)
order by observed.as_of_date
"""
TRUTH = """
select
    latent.account_id,
    latent.week_start as as_of_date,
    (usage + engagement + sentiment + relationship + support + value + financial) / 7 as health,
    hazards.hazard as reference_hazard
from '{0}/latent_weekly.parquet' as latent
inner join '{0}/reference_hazards.parquet' as hazards using (account_id, week_start)
order by latent.week_start
"""


def planted_expansion(rows: pd.DataFrame) -> np.ndarray:
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


def planted_advocacy(rows: pd.DataFrame) -> np.ndarray:
    """The rate at which an account gives references, as demo/advocacy.py has it."""
    return rows["reference_hazard"].to_numpy()


PLANTED: dict[Outcome, Callable[[pd.DataFrame], np.ndarray]] = {
    EXPANSION: planted_expansion,
    ADVOCACY: planted_advocacy,
}


def auc(score: np.ndarray, has_it: np.ndarray) -> float:
    """How often an account that had the outcome ranks above one that did not."""
    n = has_it.sum()
    above = rankdata(score)[has_it].sum() - n * (n + 1) / 2
    return above / (n * (len(score) - n))


def compared(rows: pd.DataFrame, fits: pd.DataFrame, outcome: Outcome) -> str:
    """The AUC of an outcome's models beside that of its planted hazard, as a row of a table."""
    rows = rows.dropna(subset=[outcome.label])
    said = np.full(len(rows), np.nan)
    fitted = fits[fits["outcome"] == outcome.name].dropna(subset=["coefficient"])
    for valid_from, terms in fitted.groupby("valid_from"):
        terms = terms.set_index("term").loc[list(outcome.terms)]
        later = (rows["as_of_date"] >= valid_from).to_numpy()
        said[later] = log_odds(
            rows[later], outcome, terms["coefficient"].to_numpy(), terms["mean"].to_numpy()
        )
    known = np.isfinite(said)
    has_it = rows.loc[known, outcome.label].to_numpy() == 1
    model, truth = auc(said[known], has_it), auc(PLANTED[outcome](rows[known]), has_it)
    figures = f"{model:.3f} | {truth:.3f} | {model / truth:.3f}"
    return f"| {outcome.name} | {known.sum():,} | {has_it.sum():,} | {figures} |"


def main() -> None:
    """Print a table, a row per outcome."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments.named_outcomes", description=__doc__
    )
    parser.add_argument("state", type=Path)
    parser.add_argument("truth", type=Path)
    given = parser.parse_args()
    with duckdb.connect(str(given.state), read_only=True) as connection:
        rows = connection.execute(QUERY).df()
        fits = connection.execute("select * from intermediate.int_named_outcomes__fits").df()
        truth = connection.execute(TRUTH.format(given.truth)).df()
    rows = pd.merge_asof(rows, truth, on="as_of_date", by="account_id").dropna(subset=["health"])
    print("| outcome | account-months | with it | AUC of models | of planted hazard | share |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for outcome in PLANTED:
        print(compared(rows, fits, outcome))


if __name__ == "__main__":
    main()
