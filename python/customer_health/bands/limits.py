"""Limits of bands from outcomes: each band means a multiple of the usual rate of churn.

A smooth model of churn, by score and place (segment, lifecycle stage, renewal window), says at
which score each place reaches a band's rate. So a score near a renewal may be flagged where the
same score is not at other times, and no more are flagged than a team can act on. Places without
much evidence are drawn to the whole, in level and in what a point of the score means.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from customer_health.bands.settings import BandSettings
from customer_health.logistic import ridge_logistic
from customer_health.weights.pooling import too_little

PLACE = ["segment", "lifecycle_stage", "is_in_renewal_window"]


def fit_limits(
    rows: pd.DataFrame,
    places: pd.DataFrame,
    bands: pd.DataFrame,
    previous: Mapping[tuple, float],
    settings: BandSettings,
) -> pd.DataFrame | str:
    """Find the limits of the bands in every place, or say why there are none.

    Args:
        rows: account_id, as_of_date, health_score, the place's columns, and is_churned (1, 0; null:
            not matured).
        places: The places to give limits for.
        bands: band, is_flagged and least_risk_multiple, from the worst up.
        previous: Upper limit in force before by (*place, band): a step from it is capped.
        settings: Evidence needed, share to flag, cap on a step.

    Returns:
        A row per place and band: lower_bound, upper_bound, and what they rest on.
    """
    rows = rows.sort_values(["account_id", "as_of_date"], ignore_index=True)
    known = rows[rows["is_churned"].notna()]
    churned = known["is_churned"].to_numpy(float)
    n_accounts = known["account_id"].nunique()
    n_churned = known.loc[churned == 1, "account_id"].nunique()
    reason = too_little(n_accounts, n_churned, settings)
    if reason:
        return reason
    if churned.all():
        return "every account churned"
    design = _Design(known, places)
    account = pd.factorize(known["account_id"])[0]
    precision = np.full(design.n_columns, settings.ridge_penalty)
    precision[0] = 0
    fitted, _ = ridge_logistic(design.of(known), churned, account, precision)
    # of each place: log odds at a score of 0, and what a point adds
    at_zero = design.of(places.assign(health_score=0.0)) @ fitted
    slope = design.of(places.assign(health_score=1.0)) @ fitted - at_zero
    if (slope >= 0).any():
        return "accounts with better scores did not churn less"

    base_rate = churned.mean()
    wanted = np.clip(bands["least_risk_multiple"].to_numpy(float)[:-1] * base_rate, 1e-6, 1 - 1e-6)
    levels = np.log(wanted / (1 - wanted))
    newest = rows["as_of_date"].max()
    recent = rows[rows["as_of_date"] == newest]
    share = settings.fitted_flagged_share
    if settings.team_capacity_accounts:
        share = min(share, settings.team_capacity_accounts / len(recent))
    most = np.quantile(design.of(recent) @ fitted, 1 - share)
    n_flagged = int(bands["is_flagged"].sum())
    levels[:n_flagged] = np.maximum(levels[:n_flagged], most)

    # the score at which a place reaches each level
    limits = (levels - at_zero[:, None]) / slope[:, None]
    upper = np.column_stack([np.clip(limits, 0, 100), np.full(len(places), 100.0)])
    names = bands["band"].tolist()
    before = np.array(
        [[previous.get((*place, name), np.nan) for name in names] for place in places.to_numpy()]
    )
    step = settings.refit_step_points
    capped = np.clip(upper, before - step, before + step)
    upper = np.round(np.where(np.isnan(before), upper, capped), 1)
    upper[:, -1] = 100
    upper = np.maximum.accumulate(upper, axis=1)
    lower = np.column_stack([np.zeros(len(places)), upper[:, :-1]])
    found = places.loc[places.index.repeat(len(names))].reset_index(drop=True)
    return found.assign(
        band=np.tile(names, len(places)),
        is_flagged=np.tile(bands["is_flagged"], len(places)),
        lower_bound=lower.ravel(),
        upper_bound=upper.ravel(),
        base_rate=base_rate,
        n_accounts=n_accounts,
        n_churned_accounts=n_churned,
    )


class _Design:
    """Columns of the model: intercept, score, words of a place, and the score in each of them."""

    def __init__(self, known: pd.DataFrame, places: pd.DataFrame) -> None:
        scores = known["health_score"].to_numpy(float)
        self.mean = scores.mean()
        self.deviation = scores.std() or 1.0
        self.words = [(column, word) for column in PLACE for word in places[column].unique()]
        self.shares = self._words_of(known).mean(axis=0)
        self.n_columns = 2 + 2 * len(self.words)

    def _words_of(self, rows: pd.DataFrame) -> np.ndarray:
        return np.column_stack([rows[column] == word for column, word in self.words]).astype(float)

    def of(self, rows: pd.DataFrame) -> np.ndarray:
        """A row of the design for each row of a frame with health_score and a place."""
        score = (rows["health_score"].to_numpy(float) - self.mean) / self.deviation
        words = self._words_of(rows) - self.shares
        return np.column_stack([np.ones(len(rows)), score, words, words * score[:, None]])
