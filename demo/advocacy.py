"""References that customers give: the more they like us and use it, and again after the first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo import words
from demo.toolkit import DAY, NEVER, dates, ids, optional, stamps, stream
from demo.world import DIM, World

# Chance per week of an account whose mood is `USUAL_MOOD`, and log rate per unit of mood.
USUAL_RATE, USUAL_MOOD, EFFECT = 0.004, 0.6, 6.0
# Who gave one is asked again: so many times as often for a year.
AGAIN, AGAIN_WEEKS = 4.0, 52
# Nobody speaks for what they have just bought.
SETTLING_DAYS = 90
# Asked for besides: planned and not given yet, or declined.
ASKED_RATE = 0.002
LATE_SHARE, LONGEST_LATE_DAYS = 0.1, 40


@dataclass(frozen=True)
class Advocacy:
    """Who gives references: the rate per week, account by week, and account and second of each."""

    hazard: np.ndarray
    account: np.ndarray
    second: np.ndarray


def draw_advocacy(world: World) -> Advocacy:
    """Draw who gives references when, week after week."""
    rng = stream(world.options.seed, "advocacy")
    moods = world.latent[:, :, [DIM["sentiment"], DIM["relationship"], DIM["usage"]]]
    monday = world.week_zero + 7 * np.arange(world.weeks)
    settled = monday >= world.accounts.start[:, None] + SETTLING_DAYS
    hazard = USUAL_RATE * np.exp(EFFECT * (moods.mean(axis=2) - USUAL_MOOD)) * settled
    counts = np.zeros(hazard.shape, dtype=np.int64)
    last = np.full(world.n, -AGAIN_WEEKS - 1)
    for week in range(world.weeks):
        hazard[week - last <= AGAIN_WEEKS, week] *= AGAIN
        counts[:, week] = rng.poisson(hazard[:, week])
        last[counts[:, week] > 0] = week
    return Advocacy(hazard, *world.spread(rng, counts))


def references(world: World, advocacy: Advocacy) -> dict:
    """Raw table crm.references: those given, some told late, and some that were only asked for."""
    rng = stream(world.options.seed, "references")
    asked, asked_second = world.happen(rng, np.full((world.n, world.weeks), ASKED_RATE))
    account = np.concatenate([advocacy.account, asked])
    second = np.concatenate([advocacy.second, asked_second])
    n, is_given = len(account), np.repeat([True, False], [len(advocacy.account), len(asked)])
    late = rng.integers(1, LONGEST_LATE_DAYS, n) * DAY * (rng.random(n) < LATE_SHARE)
    status = np.where(is_given, "given", rng.choice(["planned", "declined"], n))
    known = second + late
    keep = np.flatnonzero(known <= world.options.last_second)
    keep = keep[np.argsort(second[keep], kind="stable")]
    return {
        "reference_id": ids("ref-", len(keep)),
        "account_id": world.accounts.account_id[account[keep]],
        "reference_type": rng.choice(words.REFERENCES, n)[keep],
        "given_date": dates(np.where(is_given, second // DAY, NEVER)[keep]),
        "status": optional(status, ~is_given | (rng.random(n) < 0.9))[keep],
        "known_at": stamps(known[keep]),
    }
