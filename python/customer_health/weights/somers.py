"""Somers' D of a score with retention: a correlation that does not shrink where few are lost."""

from dataclasses import dataclass

import numpy as np

# A D of 1 has no place on Fisher's scale.
LARGEST = 1 - 1e-12


@dataclass(frozen=True)
class SomersD:
    """D, -1 to 1, with its interval; NaN: it cannot be had."""

    d: float = np.nan
    low: float = np.nan
    high: float = np.nan


def somers_d(
    scores: np.ndarray, is_retained: np.ndarray, account: np.ndarray, confidence_share: float
) -> SomersD:
    """Estimate D of known scores, a row per account and day; accounts are numbers from 0 up.

    Of a row that stayed and one that was lost: the chance that the first has the higher score, less
    the chance that it has the lower one. That is 2 AUC - 1.

    The error is that of DeLong with whole accounts as clusters (Obuchowski): what each row does to
    D is summed over the account's rows, which repeat each other, before it is squared. It is at
    least that of an unrelated score, since where few accounts ever differ and none of them was lost
    there is no error to see. The interval is on Fisher's scale, which for D is half the log odds of
    the AUC, by Student's t with as many degrees of freedom as there are lost (or, if fewer,
    retained) accounts, less one.
    """
    from scipy.special import stdtrit  # here: a build with nothing to fit shall not load it

    levels, level = np.unique(scores, return_inverse=True)
    kept = np.bincount(level[is_retained], minlength=len(levels))
    lost = np.bincount(level[~is_retained], minlength=len(levels))
    n, n_kept, n_lost = len(scores), int(kept.sum()), int(lost.sum())
    if not n_kept or not n_lost or len(levels) == 1:
        return SomersD()
    # share of the others that are below, ties by half, per level
    kept_below = (np.cumsum(kept) - kept / 2) / n_kept
    lost_below = (np.cumsum(lost) - lost / 2) / n_lost
    effect = np.where(is_retained, (2 * lost_below - 1)[level], (1 - 2 * kept_below)[level])
    d = float(effect[~is_retained].mean())

    influence = np.bincount(account, (effect - d) / np.where(is_retained, n_kept, n_lost))
    clusters = min(np.count_nonzero(np.bincount(account[of])) for of in (is_retained, ~is_retained))
    if clusters < 2:
        return SomersD(d)
    error = np.sqrt(influence @ influence * clusters / (clusters - 1))
    spread_of_ranks = np.std((kept_below * n_kept + lost_below * n_lost)[level])
    unrelated = 2 * spread_of_ranks / np.sqrt(float(n) * n_kept * n_lost)
    near = float(np.clip(d, -LARGEST, LARGEST))
    z, spread = np.arctanh(near), max(error / (1 - near**2), unrelated)
    reach = spread * stdtrit(clusters - 1, (1 + confidence_share) / 2)
    return SomersD(d, min(d, float(np.tanh(z - reach))), max(d, float(np.tanh(z + reach))))
