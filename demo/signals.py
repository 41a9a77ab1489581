"""Outside signals: most follow a shock that really struck, some are false alarms."""

from __future__ import annotations

import numpy as np

from demo.parameters import SHOCKS
from demo.people import People
from demo.toolkit import DAY, ids, office_seconds, stamps, stream
from demo.world import SHOCK_NAMES, World

FALSE_ALARMS_PER_YEAR = 0.06


def account_signals(world: World, people: People) -> dict:
    """Raw table signals.account_signals; reported up to two weeks after it happened."""
    rng = stream(world.options.seed, "signals")
    shocks = world.shocks
    share = np.array([shock.signal_share for shock in SHOCKS.values()])
    type_of = np.array([shock.signal or "" for shock in SHOCKS.values()])
    told = rng.random(len(shocks.kind)) < share[shocks.kind]
    account = shocks.account[told]
    second = shocks.day[told] * DAY + office_seconds(rng, told.sum())
    signal = type_of[shocks.kind[told]]
    # The champion who leaves is the one in the role the day before.
    contact = people.champions.holder(account, shocks.day[told] - 1)
    contact = np.where(shocks.kind[told] == SHOCK_NAMES.index("champion_left"), contact, -1)

    false, when = world.happen(rng, FALSE_ALARMS_PER_YEAR / 52)
    kinds = [shock.signal for shock in SHOCKS.values() if shock.signal]
    kinds.remove("champion_job_change")
    account = np.concatenate([account, false])
    second = np.concatenate([second, when])
    signal = np.concatenate([signal, rng.choice(kinds, len(false))])
    contact = np.concatenate([contact, np.full(len(false), -1)])

    known = second + (rng.beta(1, 3, len(second)) * 14 * DAY).astype(np.int64)
    keep = np.flatnonzero(known <= world.options.last_second)
    keep = keep[np.argsort(second[keep], kind="stable")]
    return {
        "signal_id": ids("sig-", len(keep)),
        "account_id": world.accounts.account_id[account[keep]],
        "contact_id": people.names_of(people.contact_id, contact[keep]),
        "signal_type": signal[keep],
        "occurred_at": stamps(second[keep]),
        "known_at": stamps(known[keep]),
    }
