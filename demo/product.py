"""The product: users, the feature catalogue, storage, and events streamed month by month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from demo import words
from demo.billing import Book
from demo.parameters import Options, Process
from demo.toolkit import (
    DAY,
    FAR,
    NEVER,
    add_months,
    by,
    dates,
    ids,
    logistic,
    office_seconds,
    optional,
    stacked,
    stamps,
    stream,
    within,
)
from demo.world import World

RANKS = len(words.FEATURES) - 3  # features besides login, page view and the new name


@dataclass
class Users:
    """Logins sorted by account; days they exist and how eagerly they use the product."""

    account: np.ndarray
    created: np.ndarray  # second
    closed: np.ndarray  # second; FAR * DAY while open
    eagerness: np.ndarray  # share of working days active at full health
    gives_up: np.ndarray  # usage health below which the person stays away


@dataclass
class Usage:
    """Everything events are drawn from."""

    users: Users
    account_level: np.ndarray  # by account: factor on activity
    breadth_level: np.ndarray  # by account: factor on the number of features
    readers: np.ndarray  # by account: how much is read without a login
    order: np.ndarray  # accounts x RANKS: features from most to least used
    rename_day: int
    active: list[tuple[np.ndarray, np.ndarray]]  # by month: user and day of each active user-day
    events_per_user_day: float  # mean
    further_events: float  # after the first event of a user-day, per unit of intensity


@dataclass
class EventBlock:
    """Events as numbers: positions of account, user (-1: nobody) and event name; seconds."""

    number: np.ndarray
    account: np.ndarray
    user: np.ndarray
    name: np.ndarray
    occurred: np.ndarray
    known: np.ndarray  # second; NEVER where known at once

    def __len__(self) -> int:
        """Number of events."""
        return len(self.number)

    def rows(self, which: np.ndarray) -> EventBlock:
        """The chosen rows."""
        return EventBlock(**{name: values[which] for name, values in vars(self).items()})


def months_of(options: Options) -> list[tuple[str, int, int]]:
    """Calendar months of the window: YYYY-MM, first day, first day after, inside the window."""
    first = np.array([options.first_day]).view("datetime64[D]").astype("datetime64[M]")
    last = np.array([options.last_day]).view("datetime64[D]").astype("datetime64[M]")
    result = []
    for month in np.arange(first[0], last[0] + 1):
        begin = int(month.astype("datetime64[D]").astype(np.int64))
        after = int(add_months(np.array([begin]), 1)[0])
        inside = max(begin, options.first_day), min(after, options.last_day + 1)
        result.append((str(month), *inside))
    return result


def build_users(world: World, book: Book) -> Users:
    """Logins up to the seats: most come in the first weeks, the others over the years."""
    rng = stream(world.options.seed, "users")
    accounts, n = world.accounts, world.n
    seats = np.zeros(n)
    np.maximum.at(seats, book.account, book.seats)
    count = np.ceil(seats * rng.uniform(0.7, 1.0, n)).astype(np.int64)
    account, turn = within(count)
    life = (world.gone - accounts.start)[account].astype(float)
    cohort = turn < 0.75 * accounts.seats[account]
    wait = np.where(
        cohort, np.minimum(rng.exponential(25, len(account)), 120), rng.random(len(account)) * life
    )
    wait[turn == 0] = 0
    created = ((accounts.start[account] + wait.astype(np.int64)) * DAY) + 7 * 3600
    stays = 60 + rng.exponential(1400, len(account))
    stays[turn == 0] = FAR
    closed = created + (stays * DAY).astype(np.int64)

    eagerness = rng.beta(2.2, 1.8, len(account))
    lonely = (rng.random(n) < world.process.single_user_share)[account]
    eagerness = np.where(lonely, np.where(turn == 0, 0.95, 0.05 * eagerness), eagerness)
    gives_up = np.where(turn == 0, 0.0, rng.uniform(0.0, 0.75, len(account)))
    keep = created < world.gone[account] * DAY
    return Users(account[keep], created[keep], closed[keep], eagerness[keep], gives_up[keep])


def users_table(world: World, users: Users) -> dict:
    """Raw table product.users."""
    return stacked(_people(world, users), _dormant(world))


def _dormant(world: World) -> dict:
    """Logins made in bulk at the start and never used: how many says nothing of an account."""
    rng, process = stream(world.options.seed, "dormant logins"), world.process
    spread = rng.normal(0, process.dormant_logins_log_sd, world.n)
    account, _ = within(np.round(process.dormant_logins_median * np.exp(spread)).astype(np.int64))
    created = (world.accounts.start[account] + rng.integers(0, 60, len(account))) * DAY + 8 * 3600
    keep = created < world.gone[account] * DAY
    account, created = account[keep], created[keep]
    n = len(account)
    department = np.array(words.DEPARTMENTS)[rng.integers(0, len(words.DEPARTMENTS), n)]
    return {
        "user_id": ids("dormant", n),
        "account_id": world.accounts.account_id[account],
        "department": optional(department, rng.random(n) < 0.5),
        "created_at": stamps(created),
        "deactivated_at": stamps(by(world.gone[account] * DAY, world.options.last_second)),
    }


def _people(world: World, users: Users) -> dict:
    rng = stream(world.options.seed, "users_table")
    n = len(users.account)
    department = np.array(words.DEPARTMENTS)
    home = rng.integers(0, len(department), world.n)[users.account]
    other = rng.integers(0, len(department), n)
    moved = rng.random(n) < 0.15 + 0.5 * world.health(users.account, users.created // DAY, "usage")
    return {
        "user_id": user_ids(users),
        "account_id": world.accounts.account_id[users.account],
        "department": optional(department[np.where(moved, other, home)], rng.random(n) < 0.94),
        "created_at": stamps(users.created),
        "deactivated_at": stamps(
            by(
                np.minimum(users.closed, world.gone[users.account] * DAY),
                world.options.last_second,
            )
        ),
    }


def user_ids(users: Users) -> np.ndarray:
    """Ids in the order of the users."""
    return ids("u", len(users.account))


def features() -> dict:
    """Raw table product.features."""
    catalogue = words.FEATURES
    flag = {name: np.array([getattr(f, name) for f in catalogue]) for name in ("is_core", "is_key")}
    return {
        "event_name": np.array([f.event_name for f in catalogue]),
        "feature_id": np.array([f.feature_id for f in catalogue]),
        "feature_name": np.array([f.feature_name for f in catalogue]),
        "feature_type": np.array([f.feature_type for f in catalogue]),
        **flag,
    }


def storage(world: World) -> dict:
    """Raw table product.storage: measured on the first day of each month."""
    rng = stream(world.options.seed, "storage")
    firsts = np.array([first for _, first, _ in months_of(world.options)])
    account, turn = within(np.full(world.n, len(firsts)))
    day = firsts[turn]
    keep = (day >= world.active_from[account]) & (day < world.gone[account])
    account, day = account[keep], day[keep]
    age = (day - world.accounts.start[account]) / 365.25
    level = np.exp(rng.normal(0, 0.7, world.n))[account]
    stored = world.accounts.seats[account] * level * (0.4 + age)
    return {
        "account_id": world.accounts.account_id[account],
        "measured_date": dates(day),
        "stored_gb": np.round(stored * np.exp(rng.normal(0, 0.03, len(day))), 2),
    }


def _season(day: np.ndarray) -> np.ndarray:
    """Yearly course of activity: a shallow dip in summer, a deep one around New Year."""
    of_year = day % 365.25
    winter = np.minimum(np.abs(of_year - 361), 365.25 - np.abs(of_year - 361))
    summer = 0.16 * np.exp(-(((of_year - 214) / 22) ** 2))
    return 1 - summer - 0.5 * np.exp(-((winter / 6) ** 2))


def _active_user_days(
    world: World, users: Users, level: np.ndarray, rng: np.random.Generator, first: int, after: int
) -> tuple[np.ndarray, np.ndarray]:
    """User-days with activity in one month, ordered by day."""
    begin, gone = world.active_from[users.account], world.gone[users.account]
    present = np.flatnonzero((users.created < after * DAY) & (gone > first) & (begin < after))
    account = users.account[present]
    who, when = [], []
    for day in range(first, after):
        here = np.full(len(present), day)
        health = world.health(account, here, "usage")
        ramp = 0.3 + 0.7 * np.minimum((day - world.accounts.start[account]) / 90, 1.0)
        chance = 0.85 * users.eagerness[present] * level[account] * ramp * (0.2 + health)
        chance *= logistic((health - users.gives_up[present]) / 0.07)
        chance *= _season(np.array(day)) * (1.0 if (day + 3) % 7 < 5 else 0.13)
        chance *= (users.created[present] < (day + 1) * DAY) & (users.closed[present] > day * DAY)
        chance *= (begin[present] <= day) & (day < gone[present])
        came = present[rng.random(len(present)) < chance]
        who.append(came.astype(np.int32))
        when.append(np.full(len(came), day, dtype=np.int32))
    return np.concatenate(who), np.concatenate(when)


def _intensity(
    world: World, users: Users, level: np.ndarray, who: np.ndarray, day: np.ndarray
) -> np.ndarray:
    """How much is done on active user-days, as a factor."""
    account = users.account[who]
    return (0.45 + world.health(account, day, "usage")) * level[account]


def build_usage(world: World, users: Users) -> Usage:
    """Who is active on which day, and how many events a user-day has to make up the total."""
    options, process = world.options, world.process
    rng = stream(options.seed, "usage")
    level = np.exp(rng.normal(-0.02, 0.18, world.n))
    popularity = np.array([f.popularity for f in words.FEATURES])[words.FIRST_FEATURE : -1]
    taste = np.log(popularity) + rng.gumbel(0, 0.45, (world.n, RANKS))
    order = (np.argsort(-taste, axis=1) + words.FIRST_FEATURE).astype(np.int8)
    active = [
        _active_user_days(world, users, level, rng, first, after)
        for _, first, after in months_of(options)
    ]
    user_days = sum(len(who) for who, _ in active)
    weight = sum(_intensity(world, users, level, who, day).sum() for who, day in active)
    per_day = max(options.events / max(user_days, 1), process.least_events_per_user_day)
    return Usage(
        users=users,
        account_level=level,
        breadth_level=np.exp(rng.normal(0, 0.15, world.n)),
        readers=np.exp(stream(options.seed, "readers").normal(0, 1.0, world.n)),
        order=order,
        rename_day=(options.first_day + options.last_day) // 2,
        active=active,
        events_per_user_day=per_day,
        further_events=(per_day - 1) * user_days / max(weight, 1.0),
    )


def _places(usage: Usage, who: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """Draw user-days so that each active account comes as often as it has readers."""
    if not len(draw):
        return np.zeros(0, dtype=np.int64)
    account = usage.users.account[who]
    reached = np.cumsum(usage.readers[account] / np.bincount(account)[account])
    return np.minimum(np.searchsorted(reached, draw * reached[-1]), len(who) - 1)


def event_names(options: Options, process: Process) -> list[str]:
    """Every event name: those of the catalogue, then those with an id in them, each seen once."""
    catalogue = [feature.event_name for feature in words.FEATURES]
    count = process.one_off_names * len(months_of(options))
    # multiples of a prime: numbers without repeats that look drawn
    return [*catalogue, *(f"record_open_{7919 * k % 99_991:05d}" for k in range(1, count + 1))]


def event_blocks(world: World, usage: Usage) -> Iterator[tuple[str, EventBlock]]:
    """Events month by month: the first of a user-day opens it, the others use features.

    Page views are of shared pages and need no login: as many as an account has readers, whatever
    its size and health, on days on which it is active anyway.
    """
    options, process, users = world.options, world.process, usage.users
    rng, odd, read = (
        stream(options.seed, purpose) for purpose in ("events", "one-off event names", "page views")
    )
    next_odd = len(words.FEATURES)
    hours = np.array(words.REGION_UTC_HOURS)
    numbered = 0
    for (month, _, _), (who, day) in zip(months_of(options), usage.active, strict=True):
        health = world.health(users.account[who], day, "usage")
        more = usage.further_events * _intensity(world, users, usage.account_level, who, day)
        count = 1 + rng.poisson(more * rng.gamma(2.0, 0.5, len(who)))
        row, turn = within(count)
        n = len(row)
        user, account, on = who[row], users.account[who[row]], day[row]

        breadth = (1.5 + 19 * health) * usage.breadth_level[users.account[who]]
        breadth = np.clip(breadth, 2, RANKS)[row]
        rank = (breadth * rng.random(n, dtype=np.float32) ** 1.5).astype(np.int8)
        name = usage.order[account, rank].astype(np.int16)
        opens = turn == 0
        name[~opens & (rng.random(n, dtype=np.float32) < 0.4)] = words.PAGE_VIEW
        name[np.flatnonzero(opens)[rng.random(len(who), dtype=np.float32) < 0.8]] = words.LOGIN
        name[(name == words.RENAMED_FROM) & (on >= usage.rename_day)] = words.RENAMED_TO
        nobody = ~opens & (rng.random(n, dtype=np.float32) < process.anonymous_event_share)
        name[nobody] = words.API_CALL
        further = np.flatnonzero(~opens)
        once = odd.choice(further, min(process.one_off_names, len(further)), replace=False)
        name[once] = next_odd + np.arange(len(once))
        next_odd += len(once)

        views = np.flatnonzero(name == words.PAGE_VIEW)
        place = _places(usage, who, read.random(len(views)))
        account[views], on[views], nobody[views] = users.account[who[place]], day[place], True

        zone = hours[world.accounts.region[account]] * 3600
        second = (office_seconds(rng, len(who))[row] + 90 * turn - zone) % DAY
        occurred = on.astype(np.int64) * DAY + second
        late = rng.random(n, dtype=np.float32) < process.late_event_share
        known = np.full(n, NEVER)
        wait = rng.uniform(*process.late_event_days, late.sum()) * DAY
        known[late] = occurred[late] + wait.astype(np.int64)
        block = EventBlock(
            number=np.arange(numbered + 1, numbered + n + 1),
            account=account.astype(np.int32),
            user=np.where(nobody, -1, user).astype(np.int32),
            name=name,
            occurred=occurred,
            known=known,
        )
        numbered += n
        # What reaches us after the last second is not here yet.
        arrived = known <= options.last_second
        yield month, block if arrived.all() else block.rows(arrived)
