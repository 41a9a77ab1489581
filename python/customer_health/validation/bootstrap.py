"""Bootstrap over accounts: all rows of an account are drawn or left out together.

Rows of one account repeat each other, so drawing rows would make intervals far too narrow. What is
drawn is sums: each account's rows are summed per cell once, and a draw weights the accounts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from customer_health.validation.intervals import probability_above_zero, quantile_limits
from customer_health.validation.ranking import as_counts, auc, places, score_cells
from customer_health.validation.settings import Settings

if TYPE_CHECKING:
    from scipy.sparse import csr_array

CELLS_AT_ONCE = 4_000_000
# single precision is half the work, and exact for whole numbers up to this
LARGEST_EXACT = 2**24


def account_table(accounts: np.ndarray, cells: np.ndarray, n_cells: int) -> csr_array:
    """Count the rows of each account in each cell: sparse (cells, accounts in order of id)."""
    from scipy.sparse import coo_array

    account, ids = pd.factorize(accounts, sort=True)
    ones = np.ones(len(cells), dtype=np.float32)
    return coo_array((ones, (cells, account)), shape=(n_cells, len(ids))).tocsr()


def observed_sums(table: csr_array) -> np.ndarray:
    """Give the sums per cell as a single draw in which every account comes once (1, cells)."""
    return table.sum(axis=1, dtype=float)[None, :]


def bootstrap(
    tables: Sequence[csr_array], figure: Callable[..., np.ndarray], settings: Settings
) -> np.ndarray:
    """Draw accounts with replacement; give the figure of each draw.

    Args:
        tables: What `account_table` gave, of the same accounts.
        figure: Takes each table's sums over a batch of draws (draws, cells); gives (draws,).
        settings: Number of draws and seed.
    """
    n_accounts = tables[0].shape[1]
    # a cell sums up to no more than if every draw were the account with the most rows
    largest_sum = n_accounts * max(table.sum(axis=0).max() for table in tables)
    kind = np.float32 if largest_sum <= LARGEST_EXACT else np.float64
    tables = [table.astype(kind, copy=False) for table in tables]
    batch = max(1, CELLS_AT_ONCE // max(n_accounts, *(table.shape[0] for table in tables)))
    results = []
    for weights in _weights(n_accounts, settings.n_draws, settings.seed, batch):
        weights = np.ascontiguousarray(weights, dtype=kind)
        results.append(figure(*((table @ weights).T.astype(float) for table in tables)))
    return np.concatenate(results)


def _weights(n_accounts: int, n_draws: int, seed: int, batch: int) -> Iterator[np.ndarray]:
    """Give how often each account is drawn (accounts, draws), `batch` draws at a time."""
    if n_accounts * n_draws <= CELLS_AT_ONCE:
        weights = _all_weights(n_accounts, n_draws, seed)
        yield from (weights[:, start : start + batch] for start in range(0, n_draws, batch))
    else:
        rng = np.random.default_rng(seed)
        for start in range(0, n_draws, batch):
            yield _drawn(rng, n_accounts, min(batch, n_draws - start))


# a review asks for the same draws for every scorecard and figure
@lru_cache(maxsize=2)
def _all_weights(n_accounts: int, n_draws: int, seed: int) -> np.ndarray:
    return _drawn(np.random.default_rng(seed), n_accounts, n_draws)


def _drawn(rng: np.random.Generator, n_accounts: int, n_draws: int) -> np.ndarray:
    times = np.empty((n_accounts, n_draws), dtype=np.float32)
    drawn = rng.integers(0, n_accounts, (n_draws, n_accounts), dtype=np.int32)
    for draw, accounts in enumerate(drawn):
        times[:, draw] = np.bincount(accounts, minlength=n_accounts)
    return times


def auc_draws(rows: pd.DataFrame, settings: Settings, *scores: str) -> list[np.ndarray]:
    """Give for each score column the AUC of the rows and, after it, of each draw; drawn jointly."""
    churned = rows["is_churned"].to_numpy() == 1
    tables = []
    for name in scores:
        cells, n_cells = score_cells(places(rows[name].to_numpy(), churned), churned)
        tables.append(account_table(rows["account_id"].to_numpy(), cells, n_cells))

    def aucs(*sums: np.ndarray) -> np.ndarray:
        return np.stack([auc(as_counts(one)) for one in sums], axis=1)

    observed = aucs(*map(observed_sums, tables))
    return list(np.concatenate([observed, bootstrap(tables, aucs, settings)]).T)


def paired_difference(draws: np.ndarray, confidence: float) -> dict[str, float | None]:
    """Sum up a difference: its observed value comes first in `draws`, drawn ones after it."""
    low, high = quantile_limits(draws[1:], confidence)
    return {
        "difference": float(draws[0]) if np.isfinite(draws[0]) else None,
        "low": low,
        "high": high,
        "probability": probability_above_zero(draws[1:]),
    }
