"""Finds, for each play, account-days without one that were as likely to get it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from customer_health.logistic import ridge_logistic

# What has to be alike: exactly, and as nearly as can be.
CELL = ["month_start_date", "segment", "band"]
NEAR = ["health_score", "change_30d", "change_90d", "churn_probability_90d", "days_to_renewal"]
# Account-days that a play is compared with, at most.
NEIGHBOURS = 5
# An end further ahead says nothing more.
FURTHEST_RENEWAL_DAYS = 365
# Belief that a standard deviation moves the log odds of a play by 0 +- 1.
PRECISION = 1.0


def covariates(rows: pd.DataFrame) -> np.ndarray:
    """Give standardised columns of what has to be alike; one more where a value may be missing."""
    near = rows[NEAR].astype(float)
    near["days_to_renewal"] = near["days_to_renewal"].clip(upper=FURTHEST_RENEWAL_DAYS)
    missing = near.isna()
    filled = near.fillna(near.mean()).fillna(0)
    bands = pd.get_dummies(rows["band"], drop_first=True)
    columns = np.hstack([filled, missing, bands]).astype(float)
    columns = columns[:, columns.std(axis=0) > 1e-9]
    return (columns - columns.mean(axis=0)) / columns.std(axis=0)


def matched(rows: pd.DataFrame, x: np.ndarray, caliper: float) -> tuple[np.ndarray, np.ndarray]:
    """Match each play with the nearest others of its cell, those of its own account left out.

    Args:
        rows: With account_id (a number, never decreasing), is_played and the columns of CELL.
        x: Their covariates.
        caliper: Standard deviations of the log odds of a play that two may be apart.

    Returns:
        Pairs: the row number of the play and that of the other.
    """
    is_played = rows["is_played"].to_numpy(bool)
    account = rows["account_id"].to_numpy()
    design = np.hstack([np.ones((len(x), 1)), x])
    precision = np.full(design.shape[1], PRECISION)
    precision[0] = 0
    fitted, _ = ridge_logistic(design, is_played.astype(float), account, precision)
    log_odds = design @ fitted
    spread = np.sqrt((log_odds[is_played].var() + log_odds[~is_played].var()) / 2)
    pairs = [
        (play, other)
        for cell in rows.groupby(CELL, sort=False).indices.values()
        for play, other in _nearest(cell, is_played, account, log_odds, caliper * spread)
    ]
    plays, others = np.array(pairs, dtype=int).reshape(-1, 2).T
    return plays, others


def _nearest(
    cell: np.ndarray,
    is_played: np.ndarray,
    account: np.ndarray,
    log_odds: np.ndarray,
    furthest: float,
) -> list[tuple[int, int]]:
    others = cell[~is_played[cell]]
    pairs = []
    for play in cell[is_played[cell]]:
        distance = np.abs(log_odds[others] - log_odds[play])
        near = (distance <= furthest) & (account[others] != account[play])
        order = np.argsort(distance[near], kind="stable")[:NEIGHBOURS]
        pairs += [(play, other) for other in others[near][order]]
    return pairs


def largest_difference(x: np.ndarray, is_played: np.ndarray, weights: np.ndarray) -> float:
    """Give the largest difference of means between plays and others, in standard deviations.

    The deviations are those of all rows, matched or not; `weights` are 0 for what is not matched.
    """
    spread = np.sqrt((x[is_played].var(axis=0) + x[~is_played].var(axis=0)) / 2)
    gap = np.average(x[is_played], axis=0, weights=weights[is_played]) - np.average(
        x[~is_played], axis=0, weights=weights[~is_played]
    )
    return float(np.abs(gap / np.where(spread > 1e-9, spread, 1)).max(initial=0))
