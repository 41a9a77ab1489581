"""Bootstrap over accounts: all rows of an account are drawn or left out together.

Rows of one account repeat each other, so drawing rows would make intervals far too narrow. What is
drawn is sums: each account's rows are summed per cell once, and a draw weights the accounts.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from customer_health.validation.intervals import probability_above_zero, quantile_limits
from customer_health.validation.ranking import as_counts, auc, score_cells
from customer_health.validation.settings import Settings

CELLS_AT_ONCE = 4_000_000


def account_table(accounts: np.ndarray, cells: np.ndarray, n_cells: int):
    """Count the rows of each account in each cell: a sparse table, accounts in order of id."""
    from scipy.sparse import coo_array

    ids, account = np.unique(accounts, return_inverse=True)
    shape = (len(ids), n_cells)
    return coo_array((np.ones(len(cells)), (account, cells)), shape=shape).tocsr()


def bootstrap(
    tables: Sequence, figure: Callable[..., np.ndarray], settings: Settings
) -> np.ndarray:
    """Draw accounts with replacement; give the figure of each draw.

    Args:
        tables: Per account (row, the same in each table) sums per cell, sparse or dense.
        figure: Takes each table's sums over a batch of draws (draws, cells); gives (draws,).
        settings: Number of draws and seed.
    """
    n_accounts = tables[0].shape[0]
    largest = max(n_accounts, *(table.shape[1] for table in tables))
    batch = max(1, CELLS_AT_ONCE // largest)
    rng = np.random.default_rng(settings.seed)
    results = []
    for start in range(0, settings.n_draws, batch):
        n = min(batch, settings.n_draws - start)
        drawn = rng.integers(0, n_accounts, (n, n_accounts))
        drawn += n_accounts * np.arange(n)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=n * n_accounts).reshape(n, n_accounts)
        weights = weights.astype(float)
        results.append(figure(*(weights @ table for table in tables)))
    return np.concatenate(results)


def auc_draws(rows: pd.DataFrame, settings: Settings, *scores: str) -> list[np.ndarray]:
    """Give for each score column the AUC of the rows and, after it, of each draw; drawn jointly."""
    churned = rows["is_churned"].to_numpy() == 1
    tables = []
    for name in scores:
        cells, n_cells = score_cells(rows[name].to_numpy(), churned)
        tables.append(account_table(rows["account_id"].to_numpy(), cells, n_cells))

    def aucs(*sums: np.ndarray) -> np.ndarray:
        return np.stack([auc(as_counts(one)) for one in sums], axis=1)

    observed = aucs(*(np.asarray(table.sum(axis=0))[None, :] for table in tables))
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
