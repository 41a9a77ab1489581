"""Scored accounts with planted truth, for the tests of validation."""

import numpy as np
import pandas as pd


def month_ends(n: int) -> list[pd.Timestamp]:
    """Give the last days of n months."""
    return list(pd.date_range("2023-01-31", periods=n, freq="ME"))


def company(
    n: int = 150,
    months: int = 8,
    seed: int = 1,
    noise: float = 0.5,
    scorecard: str = "production",
    churn_share: float = 0.15,
) -> pd.DataFrame:
    """Make a row per account and month: who churns is planted, the score sees it through noise.

    An account that will churn has the label in all of its months. The same n, seed and churn_share
    give the same outcomes whatever the noise.
    """
    truth, sight = np.random.default_rng(seed), np.random.default_rng(seed + 1)
    quality = truth.normal(size=n)
    churns = quality + truth.normal(scale=0.5, size=n) < np.quantile(quality, churn_share)
    parts = []
    for date in month_ends(months):
        score = np.clip(np.round(60 + 15 * (quality + noise * sight.normal(size=n)), 1), 0, 100)
        parts.append(
            pd.DataFrame(
                {
                    "scorecard": scorecard,
                    "horizon_days": 90,
                    "account_id": [f"a{i:04}" for i in range(n)],
                    "as_of_date": date,
                    "matured_date": date + pd.Timedelta(days=90),
                    "segment": np.where(np.arange(n) % 3, "smb", "enterprise"),
                    "health_score": score,
                    "is_flagged": score < 45,
                    "tenure_days": (np.arange(n) * 37) % 1000,
                    "is_churned": churns.astype(int),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def shuffled(rows: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Give the same rows in another order, with another index."""
    return rows.sample(frac=1, random_state=seed).reset_index(drop=True)


def with_shuffled_outcomes(rows: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Give each account the outcome of another, so that no score can know it."""
    outcomes = rows.groupby("account_id")["is_churned"].first()
    dealt = np.random.default_rng(seed).permutation(outcomes.to_numpy())
    return rows.assign(is_churned=rows["account_id"].map(pd.Series(dealt, outcomes.index)))
