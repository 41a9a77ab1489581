"""References that customers give: the happier they are, and the more they get out of it."""

from __future__ import annotations

import numpy as np

from demo import words
from demo.toolkit import DAY, NEVER, dates, ids, optional, stamps, stream
from demo.world import DIM, World

# Chance per week of an account whose mood, measured as below, is `USUAL_MOOD`.
USUAL_RATE = 0.006
USUAL_MOOD = 0.6
# Log rate per unit of mood.
EFFECT = 8.0
# Nobody speaks for what they have just bought.
SETTLING_DAYS = 90
# Asked for besides: planned and not given yet, or declined.
ASKED_RATE = 0.002
LATE_SHARE = 0.1
LONGEST_LATE_DAYS = 40


def hazard(world: World) -> np.ndarray:
    """Weekly rate at which each account gives references, account by week."""
    moods = world.latent[:, :, [DIM["sentiment"], DIM["relationship"], DIM["value"]]]
    rate = USUAL_RATE * np.exp(EFFECT * (moods.mean(axis=2) - USUAL_MOOD))
    monday = world.week_zero + 7 * np.arange(world.weeks)
    settled = monday >= world.accounts.start[:, None] + SETTLING_DAYS
    return np.where(settled, rate, 0)


def references(world: World) -> dict:
    """Raw table crm.references: those given, some told late, and some that were only asked for."""
    rng = stream(world.options.seed, "references")
    giver, given = world.happen(rng, hazard(world))
    asked, asked_second = world.happen(rng, np.full((world.n, world.weeks), ASKED_RATE))
    account = np.concatenate([giver, asked])
    second = np.concatenate([given, asked_second])
    n, is_given = len(account), np.repeat([True, False], [len(giver), len(asked)])
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
