"""Surveys: whether a contact answers depends on the mood, and so does the answer."""

from __future__ import annotations

import numpy as np

from demo import words
from demo.people import People
from demo.toolkit import DAY, by, ids, optional, stamps, stream, within
from demo.world import World

KINDS = np.array(["nps", "csat", "ces", "pulse"])
NPS, CSAT, CES, PULSE = range(4)


def responses(world: World, people: People) -> dict:
    """Raw table survey.responses: one row per survey sent."""
    rng = stream(world.options.seed, "surveys")
    segment = world.accounts.segment
    everyone = np.ones(world.n, dtype=bool)
    silent = rng.random(world.n) < world.process.silent_share
    waves = (
        (world.every(rng, 91, everyone, first=60), np.array([1, 2, 4])),
        (
            world.happen(rng, 0.03 * np.array([0.6, 1.0, 1.6])[segment][:, None]),
            np.array([1, 1, 1]),
        ),
        (world.every(rng, 182, everyone, first=30), np.array([1, 1, 2])),
        (world.every(rng, 45, rng.random(world.n) < 0.4, first=30), np.array([1, 1, 2])),
    )
    account, sent, kind = [], [], []
    for position, ((who, when), asked) in enumerate(waves):
        row, turn = within(asked[segment[who]])
        account.append(who[row])
        sent.append(when[row] + turn * 60)
        kind.append(np.full(len(row), position))
    account, sent, kind = map(np.concatenate, (account, sent, kind))
    order = np.argsort(sent, kind="stable")
    account, sent, kind = account[order], sent[order], kind[order]
    contact = people.pick(rng, account, sent, 0.2, 0.1)

    n, day = len(account), sent // DAY
    mood = world.health(account, day, "sentiment")
    helped = world.health(account, day, "support")
    ease = 0.5 * helped + 0.5 * world.health(account, day, "usage")
    willing = np.clip(0.33 * np.exp(2.0 * (mood - 0.56)), 0.05, 0.85) * ~silent[account]
    returned = sent + (np.exp(rng.normal(np.log(20), 1.1, n)) * 3600).astype(np.int64)
    last = np.minimum(world.options.last_second, world.gone[account] * DAY - 1)
    answered = (rng.random(n) < willing) & (returned <= last)

    noise = rng.normal(0, 1, n)
    score = np.select(
        [kind == NPS, kind == CSAT, kind == CES],
        [
            10 * np.clip(0.43 + 0.60 * mood + 0.18 * noise, 0, 1),
            1 + 4 * np.clip(0.22 + 0.5 * mood + 0.4 * helped + 0.17 * noise, 0, 1),
            1 + 6 * np.clip(0.20 + 0.85 * ease + 0.16 * noise, 0, 1),
        ],
        1 + 4 * np.clip(0.20 + 0.85 * mood + 0.16 * noise, 0, 1),
    )
    feeling = np.clip(1.5 * mood - 0.75 + rng.normal(0, 0.3, n), -1, 1)
    commented = answered & (rng.random(n) < 0.35)
    group = np.searchsorted([0.4, 0.6], mood)
    lists = [np.array(x) for x in (words.BAD_COMMENTS, words.FAIR_COMMENTS, words.GOOD_COMMENTS)]
    comment = np.choose(group, [rng.choice(x, n) for x in lists])
    return {
        "response_id": ids("res-", n),
        "account_id": world.accounts.account_id[account],
        "contact_id": people.names_of(people.contact_id, contact),
        "survey_type": KINDS[kind],
        "sent_at": stamps(sent),
        "responded_at": stamps(by(returned, last, answered)),
        "score": optional(np.round(score), answered),
        "sentiment": optional(np.round(feeling, 3), commented),
        "comment": optional(comment, commented),
    }
