"""Contract terms with expansion, contraction and add-ons; invoices paid early, late or never."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo import words
from demo.accounts import ANNUAL, MONTHLY, STRUCTURES
from demo.toolkit import (
    DAY,
    FAR,
    NEVER,
    add_months,
    by,
    dates,
    ids,
    optional,
    stacked,
    stamps,
    stream,
    within,
)
from demo.world import INVOLUNTARY, World

RATE_TO_USD = np.array([1.0, 0.92, 0.79])  # units of the currency per USD, fixed


@dataclass
class Book:
    """The terms that were really served: account position, dates, plan, seats and ARR."""

    account: np.ndarray
    start: np.ndarray
    end: np.ndarray
    plan: np.ndarray
    seats: np.ndarray
    arr: np.ndarray  # per year, in the account's currency


def build_book(world: World) -> Book:
    """Terms until each account leaves; seats follow health at every renewal."""
    rng = stream(world.options.seed, "terms")
    terms, accounts = world.terms, world.accounts
    served = terms.start < world.churn[terms.account]
    account, number = terms.account[served], terms.number[served]
    start, end = terms.start[served], terms.end[served]

    years = accounts.term_months[account] / 12
    health = world.overall(account, start)
    growth = rng.normal((0.05 + 0.8 * (health - 0.56)) * years, 0.13 * np.sqrt(years))
    growth[(number == 0) | (rng.random(len(growth)) < 0.35)] = 0
    growth = np.clip(growth, -0.7, 0.7)
    first = np.searchsorted(account, account)
    path = np.cumsum(growth)
    seats = np.round(accounts.seats[account] * np.exp(path - path[first]))
    upgrade = (growth > 0.12) & (rng.random(len(growth)) < 0.25)
    step = np.cumsum(upgrade)
    plan = np.minimum(accounts.plan[account] + step - step[first], len(words.PLANS) - 1)
    discount = np.exp(rng.normal(-0.1, 0.12, world.n))[account]
    price = np.array(words.PLAN_PRICES)[plan] * discount * RATE_TO_USD[accounts.currency[account]]
    seats = np.maximum(seats, 2.0)
    return Book(account, start, end, plan, seats, np.round(seats * price, 2))


def subscriptions(world: World, book: Book) -> dict:
    """Raw table billing.subscriptions: one row per term known by the last day, add-ons after."""
    return stacked(_base_terms(world, book), _add_ons(world, book))


def _base_terms(world: World, book: Book) -> dict:
    """The contracts themselves; some renewals are signed long before, or begin days too early."""
    rng = stream(world.options.seed, "subscriptions")
    accounts, last_day = world.accounts, world.options.last_day
    first = book.start == accounts.start[book.account]
    ahead = np.where(first, 0, rng.integers(1, 15, len(first)))
    signing = stream(world.options.seed, "early renewals")
    early = signing.random(len(first)) < world.process.early_renewal_share
    early &= ~first & (accounts.structure != MONTHLY)[book.account]
    ahead = np.where(early, signing.integers(21, 76, len(first)), ahead)
    overlaps = early & (signing.random(len(first)) < world.process.overlap_share)
    overlap = np.where(overlaps, signing.integers(1, 3, len(first)), 0)
    known = (book.start - ahead) * DAY + 9 * 3600
    left = world.churn[book.account]
    ended = (left > book.start) & (left <= book.end)
    keep = known <= world.options.last_second
    table = {
        "subscription_id": ids("sub-", len(first)),
        "account_id": accounts.account_id[book.account],
        "plan": np.array(words.PLANS)[book.plan],
        "start_date": dates(book.start - overlap),
        "end_date": dates(book.end),
        "cancelled_date": dates(by(left, last_day, ended)),
        "seats": book.seats,
        "arr": book.arr,
        "currency": np.array(words.CURRENCIES)[accounts.currency[book.account]],
        "contract_structure": STRUCTURES[accounts.structure[book.account]],
        "is_auto_renew": (accounts.structure == MONTHLY)[book.account]
        | (rng.random(world.n) < 0.5)[book.account],
        "known_at": stamps(np.where(first, NEVER, known)),
    }
    return {name: values[keep] for name, values in table.items()}


def _add_ons(world: World, book: Book) -> dict:
    """Terms beside the contract, renewed on days of their own until dropped; nobody leaves by it.

    They have no seats, and the account takes them with it when it leaves.
    """
    rng = stream(world.options.seed, "add-ons")
    accounts, last_day = world.accounts, world.options.last_day
    has = (rng.random(world.n) < world.process.add_on_share) & (accounts.structure != MONTHLY)
    who = np.flatnonzero(has)
    begun = accounts.start[who] + rng.integers(20, 400, len(who))
    months = rng.choice([1, 12], len(who))
    arr = book.arr[np.searchsorted(book.account, who)] * rng.uniform(0.04, 0.2, len(who))
    renewals = rng.geometric(0.03 * months, len(who))
    since = last_day - begun
    one, turn = within(np.where(since >= 0, np.minimum(renewals, since // (28 * months) + 1), 0))
    start = add_months(begun[one], turn * months[one])
    end = add_months(begun[one], (turn + 1) * months[one])
    keep = (start <= last_day) & (start < world.churn[who[one]])
    one, start, end = one[keep], start[keep], end[keep]
    account, left = who[one], world.churn[who[one]]
    n = len(one)
    return {
        "subscription_id": ids("add-", n),
        "account_id": accounts.account_id[account],
        "plan": np.repeat("insights_add_on", n),
        "start_date": dates(start),
        "end_date": dates(end),
        "cancelled_date": dates(by(left, last_day, left <= end)),
        "seats": optional(np.zeros(n), np.zeros(n)),
        "arr": np.round(arr[one], 2),
        "currency": np.array(words.CURRENCIES)[accounts.currency[account]],
        "contract_structure": STRUCTURES[np.where(months[one] == 1, MONTHLY, ANNUAL)],
        "is_auto_renew": np.ones(n, dtype=bool),
        "known_at": stamps(np.full(n, NEVER)),
    }


def invoices(world: World, book: Book) -> dict:
    """Raw table billing.invoices: issued at the start of each billed period; some over nothing."""
    return stacked(_due_invoices(world, book), _free_invoices(world))


def _free_invoices(world: World) -> dict:
    """Invoices over nothing, for what is free of charge; nobody marks them as paid."""
    rng = stream(world.options.seed, "free invoices")
    who = rng.random(world.n) < world.process.free_invoice_share
    account, second = world.every(rng, 91, who)
    issued, n = second // DAY, len(second)
    return {
        "invoice_id": ids("free-", n),
        "account_id": world.accounts.account_id[account],
        "issued_date": dates(issued),
        "due_date": dates(issued + 30),
        "paid_date": dates(np.full(n, NEVER)),
        "amount": np.zeros(n),
        "currency": np.array(words.CURRENCIES)[world.accounts.currency[account]],
        "is_void": np.zeros(n, dtype=bool),
        "known_at": stamps(np.full(n, NEVER)),
    }


def _due_invoices(world: World, book: Book) -> dict:
    """What is billed for the contracts."""
    rng = stream(world.options.seed, "invoices")
    accounts, last_day = world.accounts, world.options.last_day
    every = np.minimum(accounts.billing_months, accounts.term_months)[book.account]
    term, turn = within(accounts.term_months[book.account] // every)
    account, months = book.account[term], every[term]
    issued = add_months(book.start[term], turn * months)
    keep = (issued < world.gone[account]) & (issued <= last_day)
    term, account, months, issued = term[keep], account[keep], months[keep], issued[keep]

    n = len(issued)
    finance = world.health(account, issued, "financial")
    late = rng.normal(-6 + 55 * np.maximum(0.62 - finance, -0.15), 7)
    late += (rng.random(n) < 0.03) * rng.uniform(5, 30, n)
    paid = issued + np.maximum(1, 30 + late).astype(np.int64)
    left = world.churn[account]
    unpaid = (world.churn_kind[account] == INVOLUNTARY) & (left < FAR) & (left - issued <= 155)
    void = (rng.random(n) < world.process.void_share) & ~unpaid
    return {
        "invoice_id": ids("inv-", n),
        "account_id": accounts.account_id[account],
        "issued_date": dates(issued),
        "due_date": dates(issued + 30),
        "paid_date": dates(by(paid, last_day, ~unpaid & ~void)),
        "amount": np.round(book.arr[term] * months / 12, 2),
        "currency": np.array(words.CURRENCIES)[accounts.currency[account]],
        "is_void": optional(void, void | (rng.random(n) < 0.9)),
        "known_at": stamps(np.full(n, NEVER)),
    }
