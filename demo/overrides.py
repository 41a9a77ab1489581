"""What CSMs hold of accounts against their scores, and what they knew when they did.

Some know what no figure tells: that a customer has decided to leave, or that low usage has a good
reason. Others have a hunch, which says nothing. So overrides are better than the score, on average.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.crm import owners_on
from demo.toolkit import DAY, NEVER, ids, office_seconds, stamps, stream
from demo.world import World

# Notice of so many days leaves time to hear of a decision to leave.
NOTICE_DAYS = 21
HEARD_SHARE = 0.5
# Chances per week.
EXPLAINED = 0.05
HUNCH = 0.002


@dataclass(frozen=True)
class Overrides:
    """Overrides in the order in which they were set: account position, second, words."""

    account: np.ndarray
    second: np.ndarray
    verdict: np.ndarray
    reason: np.ndarray
    is_informed: np.ndarray


def draw_overrides(world: World) -> Overrides:
    """Draw who sets which override when."""
    rng = stream(world.options.seed, "overrides")
    stays = world.week_zero + 7 * np.arange(world.weeks) < world.decision[:, None]

    leaving = np.flatnonzero(
        (world.churn - world.decision > NOTICE_DAYS) & (rng.random(world.n) < HEARD_SHARE)
    )
    heard = world.decision[leaving] + rng.integers(3, NOTICE_DAYS, len(leaving))
    alive = (heard >= world.active_from[leaving]) & (heard < world.gone[leaving])
    leaving, heard = leaving[alive], heard[alive]

    usage, overall = world.latent[:, :, 0], world.latent.mean(axis=2)
    explained = world.happen(rng, EXPLAINED * (stays & (usage < 0.4) & (overall > 0.55)))
    hunch = world.happen(rng, np.full_like(overall, HUNCH))

    moments = [(leaving, heard * DAY + office_seconds(rng, len(heard))), explained, hunch]
    sizes = [len(account) for account, _ in moments]
    verdict = [np.full(sizes[0], "red"), rng.choice(["green", "amber"], sizes[1])]
    reason = [
        rng.choice(["customer_told_us", "champion_changed"], sizes[0], p=[0.7, 0.3]),
        rng.choice(["usage_explained", "contract_known"], sizes[1], p=[0.8, 0.2]),
        rng.choice(["data_wrong", "support_case", "other"], sizes[2]),
    ]
    verdict.append(rng.choice(["red", "amber", "green"], sizes[2]))
    second = np.concatenate([moment for _, moment in moments])
    order = np.argsort(second, kind="stable")
    return Overrides(
        np.concatenate([account for account, _ in moments])[order],
        second[order],
        np.concatenate(verdict)[order],
        np.concatenate(reason)[order],
        np.repeat([True, True, False], sizes)[order],
    )


def score_overrides(world: World, overrides: Overrides) -> dict:
    """Raw table crm.score_overrides."""
    rng = stream(world.options.seed, "override ends")
    n = len(overrides.account)
    expires = overrides.second + rng.integers(30, 120, n) * DAY
    return {
        "override_id": ids("ovr-", n),
        "account_id": world.accounts.account_id[overrides.account],
        "verdict": overrides.verdict,
        "reason_code": overrides.reason,
        "author_id": owners_on(world, overrides.account, overrides.second // DAY),
        "set_at": stamps(overrides.second),
        "expires_at": stamps(np.where(rng.random(n) < 0.5, expires, NEVER)),
    }


def truth(world: World, overrides: Overrides) -> dict:
    """Whether each override rests on something that its author knew."""
    return {
        "override_id": ids("ovr-", len(overrides.account)),
        "account_id": world.accounts.account_id[overrides.account],
        "is_informed": overrides.is_informed,
    }
