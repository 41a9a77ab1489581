"""Effects of plays: between a Python model's relations and `customer_health.plays`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyRelation as Relation

COLUMNS = {
    "comparison": "varchar",
    "play": "varchar",
    "effect_on": "varchar",
    "n_played": "bigint",
    "n_others": "bigint",
    "n_accounts_played": "bigint",
    "n_accounts_others": "bigint",
    "matched_share": "double",
    "run_share": "double",
    "other_run_share": "double",
    "largest_difference": "double",
    "with_play": "double",
    "without_play": "double",
    "effect": "double",
    "low": "double",
    "high": "double",
    "verdict": "varchar",
    "reason": "varchar",
}


def effects_of(account_days: Relation, thresholds: Relation) -> pd.DataFrame | None:
    """Estimate the effects of plays; None if no play was started and nothing was held out.

    Args:
        account_days: Relation int_plays__account_days.
        thresholds: Relation with one row, a column per threshold.
    """
    if not account_days.filter("play is not null").limit(1).fetchall():
        return None
    # here: pandas and what it brings take seconds to load
    from customer_health.plays import PlaySettings, play_effects

    numbers = thresholds.df().iloc[0]
    n = account_days.aggregate("count(*)").fetchall()[0][0]
    # where there are too many to match with, those of some accounts are enough
    every = -(-n // int(numbers["fit_row_cap"]))
    rows = account_days.filter(f"play is not null or hash(account_id) % {every} = 0").df()
    return play_effects(rows, PlaySettings.of(numbers))
