"""Made-up observations of accounts, for the tests of the weights."""

import numpy as np
import pandas as pd

from customer_health.methods import FITTED

DIMENSIONS = ("usage", "engagement", "support", "value")
EXPERT = {"usage": 40.0, "engagement": 30.0, "support": 20.0, "value": 10.0}
# Small portfolios are enough for the rules; the numbers of draws do not matter to them.
SMALL = {
    "minimum_outcomes": 20,
    "minimum_churned": 4,
    "hybrid_portfolio_accounts": 50,
    "segment_portfolio_accounts": 80,
    "segment_accounts": 25,
    "pooling_accounts": 40,
    "bootstrap_samples": 50,
}
SEGMENTS = ("smb", "mid_market", "enterprise")
SCORECARDS = pd.DataFrame({"scorecard": list(FITTED), "method": list(FITTED)})
NOTHING_BEFORE = pd.DataFrame()
FIRST_DAY = pd.Timestamp("2023-01-31")
HORIZON = pd.Timedelta(days=90)


def observations(
    accounts: int,
    months: int = 12,
    seed: int = 0,
    churn: float = 0.04,
    effects=(1.0, 0.5, 0.2, 0.0),
    dimensions=DIMENSIONS,
    segments=SEGMENTS,
    unknown: float = 0.1,
) -> pd.DataFrame:
    """Accounts whose lasting health shows in their scores and in the month they churn.

    A score also has a lasting part of its own, which says nothing about churn.

    Args:
        accounts: How many.
        months: Observation days of each, until it churns; 30 days apart.
        seed: Of the random numbers.
        churn: Monthly chance to churn of an account of middling health.
        effects: How much each dimension shows of the lasting health.
        dimensions: Their names.
        segments: An account's follows from its number.
        unknown: Share of scores that are not known.
    """
    random = np.random.default_rng(seed)
    health = random.standard_normal(accounts)
    odds = churn / (1 - churn) * np.exp(-1.2 * health)
    churn_month = random.geometric(odds / (1 + odds))
    account = np.repeat(np.arange(accounts), months)
    month = np.tile(np.arange(months), accounts)
    frame = pd.DataFrame({"account_id": [f"account {number}" for number in account]})
    frame["as_of_date"] = FIRST_DAY + pd.to_timedelta(30 * month, unit="D")
    frame["matured_date"] = frame["as_of_date"] + HORIZON
    frame["segment"] = np.array(segments)[account % len(segments)]
    frame["is_retained"] = (churn_month[account] - month > 3).astype(int)
    for dimension, effect in zip(dimensions, effects, strict=True):
        lasting = effect * health + 0.8 * random.standard_normal(accounts)
        score = 50 + 12 * (lasting[account] + 0.6 * random.standard_normal(len(account)))
        score = np.clip(score, 0, 100).round(1)
        frame[f"{dimension}_score"] = np.where(random.random(len(account)) < unknown, np.nan, score)
    return frame[month < churn_month[account]].reset_index(drop=True)


def quarters(number: int, after_days: int = 180) -> list:
    """Dates on which a fit is due, the first so many days after the first observation."""
    first = FIRST_DAY + pd.Timedelta(days=after_days)
    return [(first + pd.Timedelta(days=91 * quarter)).date() for quarter in range(number)]
