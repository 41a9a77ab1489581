"""The latent health of the accounts, the shocks that move it, and who leaves when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.accounts import MONTHLY, Accounts, Terms, draw_accounts, lay_terms
from demo.parameters import (
    DIMENSIONS,
    PLAYBOOKS,
    SHOCKS,
    Options,
    Process,
)
from demo.toolkit import FAR, last_at, logistic, office_seconds, stream, within

DIM = {name: position for position, name in enumerate(DIMENSIONS)}
SHOCK_NAMES = tuple(SHOCKS)
VOLUNTARY, INVOLUNTARY = "voluntary", "involuntary"
REASONS = np.array(
    [
        "low_adoption",
        "weak_engagement",
        "dissatisfied",
        "no_sponsor",
        "support_problems",
        "no_value",
        "budget",
    ]
)


@dataclass
class ShockLog:
    """Shocks that struck: account position, day, position in SHOCK_NAMES."""

    account: np.ndarray
    day: np.ndarray
    kind: np.ndarray
    replaced: np.ndarray


@dataclass
class PlayLog:
    """Playbook runs: account position, day they began, position in PLAYBOOKS."""

    account: np.ndarray
    day: np.ndarray
    play: np.ndarray


@dataclass
class World:
    """Everything that is true about the accounts and that the systems show parts of."""

    options: Options
    process: Process
    accounts: Accounts
    terms: Terms
    week_zero: int  # Monday on or before the first day
    latent: np.ndarray  # accounts x weeks x dimensions, 0 to 1
    health_hazard: np.ndarray  # accounts x weeks, per week, from health alone
    hazard: np.ndarray  # accounts x weeks, per week, with season and renewal timing
    decision: np.ndarray  # day the account decides to leave; FAR for never
    churn: np.ndarray  # first day without service; FAR for never; may lie after the last day
    churn_kind: np.ndarray
    churn_reason: np.ndarray
    shocks: ShockLog
    plays: PlayLog

    @property
    def n(self) -> int:
        """Number of accounts."""
        return len(self.accounts.start)

    @property
    def weeks(self) -> int:
        """Number of weeks of the latent process."""
        return self.latent.shape[1]

    @property
    def gone(self) -> np.ndarray:
        """First day of each account without data: it left, or the data end."""
        return np.minimum(self.churn, self.options.last_day + 1)

    @property
    def active_from(self) -> np.ndarray:
        """First day of each account with recorded activity."""
        return np.maximum(self.accounts.start, self.options.first_day)

    def week_of(self, day: np.ndarray) -> np.ndarray:
        """Week position of a day, the nearest one for days outside the window."""
        return np.clip((day - self.week_zero) // 7, 0, self.weeks - 1)

    def health(self, account: np.ndarray, day: np.ndarray, dimension: str) -> np.ndarray:
        """Latent of one dimension at a day."""
        return self.latent[account, self.week_of(day), DIM[dimension]]

    def overall(self, account: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Mean latent over all dimensions at a day."""
        return self.latent[account, self.week_of(day)].mean(axis=1)

    def happen(self, rng: np.random.Generator, rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Draw what happens at weekly rates (accounts x weeks) on working days of the active life.

        Returns account position and second, sorted by second.
        """
        return self.spread(rng, rng.poisson(np.broadcast_to(rate, (self.n, self.weeks))))

    def spread(self, rng: np.random.Generator, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Lay so many events of each account and week on working days of the active life.

        Returns account position and second, sorted by second.
        """
        cell = np.repeat(np.arange(counts.size), counts.ravel())
        account, week = np.divmod(cell, self.weeks)
        day = self.week_zero + week * 7 + rng.integers(0, 5, len(cell))
        second = day * 86_400 + office_seconds(rng, len(cell))
        return self._alive(account, day, second)

    def every(
        self, rng: np.random.Generator, days: float, who: np.ndarray, first: int = 0
    ) -> tuple[np.ndarray, np.ndarray]:
        """A moment about every `days` days of the active life, for the accounts `who`.

        The first comes at the earliest `first` days after the account's start.
        """
        span = self.options.last_day - self.options.first_day + 1
        account, turn = within(np.where(who, int(span / days) + 2, 0))
        phase = rng.random(self.n)[account]
        jitter = rng.normal(0, days * 0.06, len(account))
        day = (self.active_from[account] + (turn + phase) * days + jitter).astype(np.int64)
        day -= np.maximum((day + 3) % 7 - 4, 0)  # weekends move to Friday
        second = day * 86_400 + office_seconds(rng, len(account))
        keep = day >= self.accounts.start[account] + first
        return self._alive(account[keep], day[keep], second[keep])

    def _alive(
        self, account: np.ndarray, day: np.ndarray, second: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        keep = np.flatnonzero((day >= self.active_from[account]) & (day < self.gone[account]))
        order = keep[np.argsort(second[keep], kind="stable")]
        return account[order], second[order]


def _lay_outages(options: Options, process: Process) -> np.ndarray:
    """First days of the company-wide outages."""
    rng = stream(options.seed, "outages")
    span = options.last_day - options.first_day
    count = max(1, round(span / process.outage_gap_days))
    middle = (np.arange(count) + rng.uniform(0.25, 0.75, count)) * span / count
    return options.first_day + middle.astype(np.int64)


def _simulate(
    options: Options,
    process: Process,
    accounts: Accounts,
    outages: np.ndarray,
    week_zero: int,
    weeks: int,
) -> tuple[np.ndarray, ShockLog, PlayLog]:
    """Walk the latent log-odds through the weeks; all accounts are carried to the end."""
    n, dims = len(accounts.start), len(DIMENSIONS)
    drift, strike, help_ = (
        stream(options.seed, purpose) for purpose in ("drift", "shocks", "playbooks")
    )
    level = process.mean_log_odds + drift.normal(0, process.account_sd, (n, 1))
    shared = drift.normal(0, process.shared_sd, (n, 1))
    own = drift.normal(0, process.own_sd, (n, dims))
    keep_shared, keep_own = (
        0.5 ** (1 / process.shared_half_life),
        0.5 ** (1 / process.own_half_life),
    )
    noise_shared = process.shared_sd * np.sqrt(1 - keep_shared**2)
    noise_own = process.own_sd * np.sqrt(1 - keep_own**2)

    impulses = np.zeros((len(SHOCK_NAMES), dims))
    for k, shock in enumerate(SHOCKS.values()):
        for dimension, size in shock.impulse.items():
            impulses[k, DIM[dimension]] = size
    helps = np.zeros((len(PLAYBOOKS), dims))
    for k, play in enumerate(PLAYBOOKS):
        for dimension, size in play.impulse.items():
            helps[k, DIM[dimension]] = size
    watched = np.array([DIM[play.watches] for play in PLAYBOOKS])
    fade = np.array([0.5 ** (1 / shock.half_life) for shock in SHOCKS.values()])[:, None, None]
    fade_play = 0.5 ** (1 / process.playbook_half_life)
    chance = np.array([shock.yearly_rate / 52 for shock in SHOCKS.values()])[:, None]

    shocked = np.zeros((len(SHOCK_NAMES), n, dims))
    helped = np.zeros((n, dims))
    last_shock = np.full((len(SHOCK_NAMES), n), -1000)
    last_play = np.full(n, -1000)
    champion = accounts.has_champion.copy()
    champion_back = np.full(n, FAR)
    outage_kind = SHOCK_NAMES.index("outage")
    champion_kind = SHOCK_NAMES.index("champion_left")
    latent = np.empty((n, weeks, dims), dtype=np.float32)
    shock_log, play_log = [], []

    for week in range(weeks):
        monday = week_zero + 7 * week
        active = accounts.start <= monday
        shared = keep_shared * shared + noise_shared * drift.normal(size=(n, 1))
        own = keep_own * own + noise_own * drift.normal(size=(n, dims))
        shocked *= fade
        helped *= fade_play

        champion |= champion_back <= week
        champion_back[champion] = FAR
        hit = (strike.random((len(SHOCK_NAMES), n)) < chance) & active
        hit &= week - last_shock > process.refractory_weeks
        hit[champion_kind] &= champion
        for first in outages:
            if monday <= first < monday + 7:
                hit[outage_kind] = active & (strike.random(n) < process.outage_share)
        kind, who = np.nonzero(hit)
        shocked[kind, who] += impulses[kind] * strike.uniform(0.6, 1.4, len(kind))[:, None]
        last_shock[kind, who] = week
        day = monday + strike.integers(0, 5, len(kind))
        for first in outages:
            day[(kind == outage_kind) & (monday <= first < monday + 7)] = first
        replaced = strike.random(len(kind)) < process.replaced_champion_share
        champion[who[kind == champion_kind]] = False
        back = who[(kind == champion_kind) & replaced]
        champion_back[back] = week + process.refractory_weeks
        shock_log.append((who, day, kind, replaced))

        now = logistic(level + shared + own + shocked.sum(axis=0) + helped)
        latent[:, week] = now

        wanted = active & (now.mean(axis=1) < process.playbook_threshold)
        wanted &= week - last_play > process.playbook_gap_weeks
        wanted &= help_.random(n) < process.playbook_rate
        treated = np.flatnonzero(wanted)
        play = now[treated][:, watched].argmin(axis=1)
        helped[treated] += helps[play]
        last_play[treated] = week
        play_log.append((treated, monday + help_.integers(0, 5, len(treated)), play))

    return (
        latent,
        ShockLog(*(np.concatenate(part) for part in zip(*shock_log, strict=True))),
        PlayLog(*(np.concatenate(part) for part in zip(*play_log, strict=True))),
    )


def _calibrated(relative: np.ndarray, process: Process) -> float:
    """Base hazard at which the expected losses per account-year of exposure are as asked."""
    total = relative.cumsum(axis=1)
    low, high = 1e-7, 1.0
    for _ in range(60):
        base = np.sqrt(low * high)
        lost = 1 - np.exp(-base * total[:, -1])
        exposure = (np.exp(-base * total) * (relative > 0)).sum() / 52
        low, high = (low, base) if lost.sum() / exposure > process.yearly_loss else (base, high)
    return float(base)


def _hazards(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Weekly hazard relative to the base: from health alone, and with season and renewal timing."""
    process, accounts = world.process, world.accounts
    effects = process.effect_matrix()[accounts.segment]
    score = np.einsum("nwd,nd->nw", world.latent - 0.5, effects)
    health = np.array(process.segment_hazard)[accounts.segment][:, None] * np.exp(-score)
    monday = world.week_zero + 7 * np.arange(world.weeks)
    season = 1 + process.season_amplitude * np.cos(2 * np.pi * (monday % 365.25 - 20) / 365.25)
    account = np.repeat(np.arange(world.n), world.weeks)
    day = np.tile(monday, world.n)
    left = (next_term_end(world, account, day) - day).reshape(world.n, world.weeks)
    near = (left <= process.renewal_window_days) & (accounts.structure != MONTHLY)[:, None]
    timing = np.where(near, process.renewal_multiplier, 1.0)
    timing[accounts.structure == MONTHLY] = 1.3
    at_risk = monday >= accounts.start[:, None] + 7 * process.safe_weeks
    return health, health * season * timing * at_risk


def next_term_end(world: World, account: np.ndarray, day: np.ndarray) -> np.ndarray:
    """First day after the term that runs on a day (the first term before the account starts)."""
    terms = world.terms
    found = last_at(terms.account, terms.start, account, day)
    first = np.searchsorted(terms.account, account)
    return terms.end[np.where(found >= 0, found, first)]


def _leave(world: World) -> None:
    """Decide who leaves, when and why; then let leavers wind down from their decision on.

    A decision inside the renewal window takes effect at the end of the term, another at once.
    """
    options, process, accounts = world.options, world.process, world.accounts
    rng = stream(options.seed, "churn")
    threshold = rng.exponential(size=world.n)
    crossed = world.hazard.cumsum(axis=1) > threshold[:, None]
    leaves = crossed[:, -1]
    week = crossed.argmax(axis=1)
    decision = world.week_zero + 7 * week + rng.integers(0, 7, world.n)
    decision = np.maximum(decision, options.first_day)
    everyone = np.arange(world.n)
    renewal = next_term_end(world, everyone, decision)
    at_end = (accounts.structure == MONTHLY) | (renewal - decision <= process.renewal_window_days)

    since_invoice = (decision - accounts.start) % np.round(accounts.billing_months * 30.44)
    could = (accounts.billing_months <= 3) | ((since_invoice >= 45) & (since_invoice <= 150))
    could &= decision - accounts.start > 90
    finance = world.health(everyone, decision, "financial")
    unpaid = could & (rng.random(world.n) < np.clip(1.3 * (0.6 - finance), 0.02, 0.6))

    left = np.where(at_end & ~unpaid, renewal, decision + 1)
    world.decision = np.where(leaves, decision, FAR)
    world.churn = np.where(leaves, left, FAR)
    world.churn_kind = np.where(unpaid, INVOLUNTARY, VOLUNTARY)
    harm = process.effect_matrix()[accounts.segment] * (0.5 - world.latent[everyone, week])
    world.churn_reason = np.where(unpaid, "non_payment", REASONS[harm.argmax(axis=1)])

    monday = world.week_zero + 7 * np.arange(world.weeks)
    winding = monday >= np.where(unpaid, FAR, world.decision)[:, None]
    for dimension, size in process.wind_down.items():
        part = world.latent[:, :, DIM[dimension]]
        odds = np.log(part / (1 - part)) + size
        world.latent[:, :, DIM[dimension]] = np.where(winding, logistic(odds), part)


def build_world(options: Options, process: Process) -> World:
    """Draw the accounts and play their history."""
    accounts = draw_accounts(options, process)
    outages = _lay_outages(options, process)
    week_zero = options.first_day - (options.first_day + 3) % 7
    weeks = (options.last_day - week_zero) // 7 + 1
    latent, shocks, plays = _simulate(options, process, accounts, outages, week_zero, weeks)
    empty = np.zeros(0)
    world = World(
        options, process, accounts, lay_terms(accounts, options), week_zero, latent, empty, empty,
        empty, empty, empty, empty, shocks, plays,
    )  # fmt: skip
    relative_health, relative = _hazards(world)
    base = _calibrated(relative, process)
    world.hazard = base * relative
    _leave(world)
    relative_health, relative = _hazards(world)
    world.health_hazard, world.hazard = base * relative_health, base * relative
    for log in (world.shocks, world.plays):
        keep = (log.day >= world.active_from[log.account]) & (log.day < world.gone[log.account])
        for name, values in vars(log).items():
            setattr(log, name, values[keep])
    return world
