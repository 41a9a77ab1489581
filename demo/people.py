"""The people known at the accounts and the roles they hold over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo import words
from demo.toolkit import DAY, FAR, by, dates, ids, last_at, stamps, stream, within
from demo.world import DIM, SHOCK_NAMES, World

FIRST_CONTACT = 100_001  # this CRM numbers its contacts
CONTACTS_LEAST = np.array([2, 4, 6])  # by segment
CONTACTS_SPREAD = np.array([3, 5, 9])


@dataclass
class Tenures:
    """Who held a role when, sorted by account and first day; `end` is FAR while held."""

    account: np.ndarray
    contact: np.ndarray
    start: np.ndarray
    end: np.ndarray

    def holder(self, account: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Contact that holds the role at the account on a day; -1 for nobody."""
        if not len(self.account):
            return np.full(len(account), -1)
        found = last_at(self.account, self.start, account, day)
        held = (found >= 0) & (day < self.end[found])
        return np.where(held, self.contact[found], -1)


@dataclass
class People:
    """Contacts sorted by account, and the tenures of champions, sponsors and administrators."""

    account: np.ndarray
    first: np.ndarray  # by account: position of its first contact
    count: np.ndarray  # by account
    created: np.ndarray  # second
    left: np.ndarray  # second; FAR while there
    champions: Tenures
    sponsors: Tenures
    administrators: Tenures

    @property
    def contact_id(self) -> np.ndarray:
        """Ids in the order of the contacts."""
        return ids("", len(self.account), first=FIRST_CONTACT)

    def there(self, contact: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Whether each contact is known and still at the customer."""
        return (contact >= 0) & (self.created[contact] <= second) & (second < self.left[contact])

    def pick(
        self,
        rng: np.random.Generator,
        account: np.ndarray,
        second: np.ndarray,
        champion: float = 0.4,
        sponsor: float = 0.1,
    ) -> np.ndarray:
        """A contact of each account who is there at the moment; -1 where the draw finds nobody."""
        who = self.first[account] + (rng.random(len(account)) * self.count[account]).astype(
            np.int64
        )
        draw = rng.random(len(account))
        day = second // DAY
        holder = np.where(
            draw < champion,
            self.champions.holder(account, day),
            self.sponsors.holder(account, day),
        )
        who = np.where((draw < champion + sponsor) & (holder >= 0), holder, who)
        return np.where(self.there(who, second), who, -1)

    def names_of(self, contact_id: np.ndarray, contact: np.ndarray) -> np.ma.MaskedArray:
        """Contact ids, null for -1."""
        return np.ma.array(contact_id[contact], mask=contact < 0)


def build_people(world: World) -> People:
    """Draw contacts; champions leave and are replaced as the shocks of the world say."""
    rng = stream(world.options.seed, "people")
    accounts, shocks, n = world.accounts, world.shocks, world.n
    start, gone = accounts.start, world.gone

    # Champion tenures: one from the start, one more after each departure that was replaced.
    departed = np.flatnonzero(shocks.kind == SHOCK_NAMES.index("champion_left"))
    departed = departed[np.lexsort((shocks.day[departed], shocks.account[departed]))]
    again = departed[shocks.replaced[departed]]
    back = shocks.day[again] + 7 + (rng.beta(1.2, 2.0, len(again)) * 160).astype(np.int64)
    original = np.flatnonzero(accounts.has_champion)
    holder = np.concatenate([original, shocks.account[again]])
    since = np.concatenate([start[original] + rng.integers(0, 10, len(original)), back])
    order = np.lexsort((since, holder))
    holder, since = holder[order], since[order]
    nth = np.arange(len(holder)) - np.searchsorted(holder, holder)
    held = np.bincount(holder, minlength=n)
    until = np.full(len(holder), FAR)
    ends = last_at(holder, since, shocks.account[departed], shocks.day[departed])
    until[ends[ends >= 0]] = shocks.day[departed][ends >= 0]

    # Contact 0 is the first champion, 1 the first sponsor, 2.. later champions, the rest others.
    count = CONTACTS_LEAST[accounts.segment] + rng.integers(0, CONTACTS_SPREAD[accounts.segment])
    count = np.maximum(count, held + 4)
    account, position = within(count)
    first = np.cumsum(count) - count
    life = np.maximum(gone - start, 2)[account]
    early = rng.random(len(account)) < 0.6
    after = np.where(early, np.minimum(60, life), life) * rng.random(len(account))
    created = (start[account] + np.where(position < 2, 0, after).astype(np.int64)) * DAY
    created += np.minimum(8 * 3600 + rng.integers(0, 7200, len(account)), DAY - 1)
    left = created + (rng.exponential(365 / 0.09, len(account)) * DAY).astype(np.int64) + 20 * DAY
    champion = first[holder] + np.where(nth == 0, 0, nth + 1)
    created[champion] = np.minimum(created[champion], since * DAY)
    left[champion] = np.where(until < FAR, until * DAY + 17 * 3600, FAR * DAY)

    # Sponsors: one from early on; a reorganisation may end it, and a late contact takes over.
    tie = world.latent[:, :, DIM["relationship"]].mean(axis=1)
    sponsored = np.flatnonzero(rng.random(n) < 0.35 + 0.45 * tie)
    sponsor_since = start[sponsored] + rng.integers(5, 40, len(sponsored))
    moved = np.full(n, FAR)
    struck = (shocks.kind == SHOCK_NAMES.index("reorganisation")) & (
        rng.random(len(shocks.kind)) < 0.5
    )
    np.minimum.at(moved, shocks.account[struck], shocks.day[struck])
    sponsor_until = np.where(moved[sponsored] > sponsor_since, moved[sponsored], FAR)
    first_sponsor = first[sponsored] + 1
    left[first_sponsor] = np.where(sponsor_until < FAR, sponsor_until * DAY + 17 * 3600, FAR * DAY)
    heir = (sponsor_until < FAR) & (rng.random(len(sponsored)) < 0.6)
    heir_since = sponsor_until[heir] + rng.integers(10, 90, heir.sum())
    heir_contact = first[sponsored[heir]] + count[sponsored[heir]] - 1
    created[heir_contact] = np.minimum(created[heir_contact], heir_since * DAY)
    left[heir_contact] = FAR * DAY
    admins = np.flatnonzero(rng.random(n) < 0.3)
    admin_contact = first[admins] + count[admins] - 2
    admin_since = created[admin_contact] // DAY + 1

    champions = _tenures(world, holder, champion, since, until)
    sponsors = _tenures(
        world,
        np.concatenate([sponsored, sponsored[heir]]),
        np.concatenate([first_sponsor, heir_contact]),
        np.concatenate([sponsor_since, heir_since]),
        np.concatenate([sponsor_until, np.full(heir.sum(), FAR)]),
    )
    administrators = _tenures(
        world, admins, admin_contact, admin_since, np.minimum(left[admin_contact] // DAY, FAR)
    )
    return People(account, first, count, created, left, champions, sponsors, administrators)


def _tenures(
    world: World, account: np.ndarray, contact: np.ndarray, start: np.ndarray, end: np.ndarray
) -> Tenures:
    """Tenures that began while the account was a customer, sorted."""
    order = np.lexsort((start, account))
    order = order[(start < np.minimum(end, world.gone[account]))[order]]
    return Tenures(account[order], contact[order], start[order], end[order])


def contacts(world: World, people: People) -> dict:
    """Raw table crm.contacts."""
    rng = stream(world.options.seed, "contacts")
    n = len(people.account)
    given, family = np.array(words.FIRST_NAMES), np.array(words.LAST_NAMES)
    given, family = rng.choice(given, n), rng.choice(family, n)
    add = np.strings.add
    number = np.arange(n).astype(str)
    domain = add(world.accounts.account_id[people.account], ".example.com")
    mail = add(add(np.strings.lower(add(add(given, "."), family)), number), add("@", domain))
    table = {
        "contact_id": people.contact_id,
        "account_id": world.accounts.account_id[people.account],
        "full_name": add(add(given, " "), family),
        "email": mail,
        "department": np.ma.array(rng.choice(words.DEPARTMENTS, n), mask=rng.random(n) < 0.06),
        "created_at": stamps(people.created),
        "left_at": stamps(by(people.left, (world.gone[people.account] * DAY) - 1)),
    }
    keep = people.created < world.gone[people.account] * DAY
    return {name: values[keep] for name, values in table.items()}


def contact_roles(world: World, people: People) -> dict:
    """Raw table crm.contact_roles."""
    roles = {
        "champion": people.champions,
        "executive_sponsor": people.sponsors,
        "admin": people.administrators,
    }
    contact = np.concatenate([role.contact for role in roles.values()])
    account = people.account[contact]
    end = np.concatenate([role.end for role in roles.values()])
    return {
        "contact_id": people.contact_id[contact],
        "account_id": world.accounts.account_id[account],
        "role": np.repeat(list(roles), [len(role.contact) for role in roles.values()]),
        "start_date": dates(np.concatenate([role.start for role in roles.values()])),
        "end_date": dates(by(end, world.gone[account] - 1)),
    }
