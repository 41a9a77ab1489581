"""The support desk: organisations it knows and their tickets."""

from __future__ import annotations

import numpy as np

from demo import words
from demo.toolkit import DAY, by, ids, office_seconds, optional, stamps, stream
from demo.world import DIM, SHOCK_NAMES, World

PRIORITY_WORDS = np.array(
    [
        ["p1", "urgent", "critical", "blocker"],
        ["p2", "high", "p2", "high"],
        ["p3", "normal", "medium", "normal"],
        ["p4", "low", "p4", "low"],
    ]
)
RESPONSE_HOURS = np.array([0.7, 2.5, 7.0, 14.0])  # median by priority
RESOLVE_HOURS = np.array([7.0, 26.0, 60.0, 110.0])


def served(world: World) -> np.ndarray:
    """Whether the support desk knows each account."""
    rng = stream(world.options.seed, "organizations")
    return rng.random(world.n) >= world.process.no_support_share


def organizations(world: World) -> dict:
    """Raw table support.organizations."""
    who = np.flatnonzero(served(world))
    return {
        "organization_id": ids("org-", len(who)),
        "account_id": world.accounts.account_id[who],
        "created_at": stamps(world.accounts.start[who] * DAY + 9 * 3600),
    }


def tickets(world: World) -> dict:
    """Raw table support.tickets: more, slower and angrier where support health is low."""
    rng = stream(world.options.seed, "tickets")
    health = world.latent[:, :, DIM["support"]]
    monday = world.week_zero + 7 * np.arange(world.weeks)
    rate = 0.10 * np.sqrt(world.accounts.seats / 6)[:, None] * np.exp(2.0 * (0.56 - health))
    rate *= np.exp(rng.normal(0, 0.3, (world.n, 1))) * served(world)[:, None]
    rate *= np.where(monday < world.accounts.start[:, None] + 90, 1.6, 1.0)
    account, created = _with_outages(world, rng, rate)

    n, day = len(account), created // DAY
    mood = world.health(account, day, "support")
    tone = world.health(account, day, "sentiment")
    level = np.searchsorted([0.06, 0.26, 0.76], rng.random(n) - 0.12 * (0.55 - mood), side="right")
    respond = RESPONSE_HOURS[level] * np.exp(rng.normal(1.8 * (0.55 - mood), 0.8))
    resolve = RESOLVE_HOURS[level] * np.exp(rng.normal(2.4 * (0.55 - mood), 0.9))
    responded = created + (respond * 3600).astype(np.int64) + 60
    escalates = rng.random(n) < 0.02 + 0.22 * np.maximum(0, 0.75 - mood)
    escalated = created + (rng.uniform(0.3, 0.9, n) * (resolve + 2) * 3600).astype(np.int64)
    reopens = rng.random(n) < 0.03 + 0.22 * np.maximum(0, 0.75 - mood)
    solved_first = responded + (resolve * 3600).astype(np.int64)
    reopened = solved_first + (rng.exponential(30, n) * 3600).astype(np.int64)
    again = reopened + (resolve * rng.uniform(0.3, 1.2, n) * 3600).astype(np.int64)
    stays_open = rng.random(n) < 0.01
    resolved = np.where(reopens, again, solved_first)
    last = world.options.last_second
    solved = (resolved <= last) & ~stays_open
    # A ticket whose re-opening lies after the last second still shows its first solution.
    early = reopens & (reopened > last) & (solved_first <= last)
    resolved = np.where(early, solved_first, resolved)
    solved |= early

    answers = solved & (rng.random(n) < 0.22 + 0.15 * np.abs(mood - 0.5))
    answered = resolved + (rng.exponential(20, n) * 3600).astype(np.int64) + 120
    answers &= answered <= last
    csat = np.round(1 + 4 * np.clip(rng.normal(0.25 + 0.85 * mood, 0.17), 0, 1))
    feeling = np.clip(rng.normal(1.5 * (0.5 * mood + 0.5 * tone) - 0.8, 0.3), -1, 1)
    worded = PRIORITY_WORDS[level, rng.integers(0, 4, n)]
    return {
        "ticket_id": ids("tic-", n),
        "account_id": world.accounts.account_id[account],
        "priority": optional(worded, rng.random(n) < 0.98),
        "created_at": stamps(created),
        "first_response_at": stamps(by(responded, last)),
        "resolved_at": stamps(by(resolved, last, solved)),
        "reopened_at": stamps(by(reopened, last, reopens)),
        "escalated_at": stamps(by(escalated, last, escalates)),
        "csat_score": optional(csat, answers),
        "csat_at": stamps(by(answered, last, answers)),
        "sentiment": optional(np.round(feeling, 3), rng.random(n) < 0.8),
        "subject": rng.choice(words.SUBJECTS, n),
    }


def _with_outages(
    world: World, rng: np.random.Generator, rate: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Account and second of tickets at weekly rates, and of those that the outages add."""
    account, created = world.happen(rng, rate)
    struck = world.shocks.kind == SHOCK_NAMES.index("outage")
    who, first = world.shocks.account[struck], world.shocks.day[struck]
    more = rng.poisson(world.process.outage_tickets * rate[who, world.week_of(first)])
    who, first = np.repeat(who, more), np.repeat(first, more)
    day = first + rng.integers(0, world.process.outage_days, len(who))
    second = day * DAY + office_seconds(rng, len(who))
    here = day < world.gone[who]
    account, created = np.append(account, who[here]), np.append(created, second[here])
    order = np.argsort(created, kind="stable")
    return account[order], created[order]
