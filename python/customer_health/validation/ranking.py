"""How well scores rank accounts, from counts per distinct score.

All functions take counts of shape (..., 2, scores): for each distinct score, ascending, the weight
of rows that churned (0) and that stayed (1). Leading axes are draws, so that a bootstrap costs as
much as a sum. A low score is a warning: the lower, the more churn is expected.
"""

import numpy as np


def score_cells(scores: np.ndarray, churned: np.ndarray) -> tuple[np.ndarray, int]:
    """Number the cells that `counts` has, and give each row its cell."""
    levels, level = np.unique(scores, return_inverse=True)
    return level + np.where(churned, 0, len(levels)), 2 * len(levels)


def places(scores: np.ndarray, churned: np.ndarray) -> np.ndarray:
    """Number the scores from the lowest; neighbours have one number if all their rows ended alike.

    There are far fewer numbers than scores, and `auc` is the same by either.
    """
    levels, level = np.unique(scores, return_inverse=True)
    n_lost = np.bincount(level, churned, minlength=len(levels))
    n = np.bincount(level, minlength=len(levels))
    outcome = np.select([n_lost == 0, n_lost == n], [0, 1], 2)
    is_next = (outcome == 2) | (np.diff(outcome, prepend=-1) != 0)
    return np.cumsum(is_next)[level]


def as_counts(cells: np.ndarray) -> np.ndarray:
    """Shape sums per cell (..., cells) as counts (..., 2, scores)."""
    return cells.reshape(*cells.shape[:-1], 2, -1)


def auc(counts: np.ndarray) -> np.ndarray:
    """Share of pairs (churned, stayed) in which the churned one scored lower, ties by half."""
    lost, kept = counts[..., 0, :], counts[..., 1, :]
    kept_above = kept.sum(-1, keepdims=True) - np.cumsum(kept, axis=-1) + kept / 2
    return _ratio((lost * kept_above).sum(-1), lost.sum(-1) * kept.sum(-1))


def average_precision(counts: np.ndarray) -> np.ndarray:
    """Precision at each score that a churned row has, averaged over churned rows."""
    lost, _, taken = _where_lost(counts)
    found = np.cumsum(lost, axis=-1)
    return _ratio((lost * _ratio(found, taken, 0.0)).sum(-1), lost.sum(-1))


def lift(counts: np.ndarray, share: float) -> np.ndarray:
    """Churn among the lowest-scored `share` of rows over churn among all; ties count in part."""
    n = counts.sum((-2, -1))[..., None]
    places = np.ceil(share * n - 1e-9)
    lost, rows, up_to = _where_lost(counts)
    taken = np.clip(places - (up_to - rows), 0, rows)
    hits = (lost * _ratio(taken, rows, 0.0)).sum(-1)
    return _ratio(hits * n[..., 0], places[..., 0] * lost.sum(-1))


def _where_lost(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give churned rows, all rows and all rows up to it, of the scores with a churned row."""
    lost, rows = counts[..., 0, :], counts.sum(-2)
    some = lost.any(axis=tuple(range(lost.ndim - 1)))
    return lost[..., some], rows[..., some], np.cumsum(rows, axis=-1)[..., some]


def _ratio(above: np.ndarray, below: np.ndarray, otherwise: float = np.nan) -> np.ndarray:
    above, below = np.asarray(above, float), np.asarray(below, float)
    return np.divide(above, below, out=np.full(below.shape, otherwise), where=below > 0)
