"""Who the accounts are, and the terms that each would sign if nobody left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo import words
from demo.parameters import ENTERPRISE, Options, Process
from demo.toolkit import add_months, ids, stream, within

MONTHLY, ANNUAL, MULTI_YEAR = range(3)
STRUCTURES = np.array(["monthly", "annual", "multi_year"])


@dataclass
class Terms:
    """Agreed contract terms as if nobody left: account position, first day, first day after."""

    account: np.ndarray
    number: np.ndarray
    start: np.ndarray
    end: np.ndarray


@dataclass
class Accounts:
    """Attributes drawn once per account; positions run from 0 to n - 1."""

    account_id: np.ndarray
    segment: np.ndarray
    employees: np.ndarray
    start: np.ndarray
    name: np.ndarray
    industry: np.ndarray
    region: np.ndarray
    plan: np.ndarray
    deployment: np.ndarray
    use_case: np.ndarray
    parent: np.ndarray
    seats: np.ndarray
    currency: np.ndarray
    structure: np.ndarray
    term_months: np.ndarray
    billing_months: np.ndarray
    has_champion: np.ndarray


def draw_accounts(options: Options, process: Process) -> Accounts:
    """Draw what an account is from its start on."""
    rng = stream(options.seed, "accounts")
    n = options.accounts
    segment = rng.choice(3, n, p=process.segment_share)
    low = np.array([5, 100, 1000])[segment]
    high = np.array([99, 999, 40_000])[segment]
    employees = np.exp(rng.uniform(np.log(low), np.log(high))).astype(np.int64)
    employees = np.clip(employees, low, high)
    employees = np.where(rng.random(n) < process.employees_unknown_share, -1, employees)

    before = rng.random(n) < process.started_before_share
    age = 20 + np.minimum(rng.exponential(process.age_mean_days, n), process.age_max_days)
    during = rng.random(n) * max(options.last_day - options.first_day - 30, 1)
    start = np.where(before, options.first_day - age, options.first_day + during).astype(np.int64)
    start = start[np.argsort(start, kind="stable")]

    combos = len(words.STEMS) * len(words.TRADES) * len(words.FORMS)
    pick = rng.permutation(combos)[np.arange(n) % combos]
    stems, trades, forms = (np.array(w) for w in (words.STEMS, words.TRADES, words.FORMS))
    name = _company(
        stems[pick // (len(trades) * len(forms))],
        trades[pick // len(forms) % len(trades)],
        forms[pick % len(forms)],
    )
    possible = np.flatnonzero(segment == ENTERPRISE)
    child = (rng.random(n) < process.child_share) & (segment != ENTERPRISE) & (len(possible) > 0)
    parent = np.where(child, rng.choice(possible, n) if len(possible) else -1, -1)

    seats = np.array(process.seats_median)[segment] * np.exp(rng.normal(0, process.seats_log_sd, n))
    region = rng.choice(4, n, p=words.REGION_SHARES)
    structure = (rng.random(n) > np.array([0.22, 0.06, 0.0])[segment]).astype(np.int64)
    structure += (structure == ANNUAL) & (rng.random(n) < np.array([0.03, 0.14, 0.35])[segment])
    term_months = np.choose(structure, [1, 12, rng.choice([24, 36], n)])
    billing = rng.choice([1, 3, 12], n, p=[0.2, 0.25, 0.55])
    foreign = np.where(region == 1, rng.choice([0, 1, 2], n, p=[0.5, 0.35, 0.15]), 0)
    return Accounts(
        account_id=ids("acc-", n),
        segment=segment,
        employees=employees,
        start=start,
        name=name,
        industry=rng.integers(0, len(words.INDUSTRIES), n),
        region=region,
        plan=np.clip(segment + rng.choice([-1, 0, 1], n, p=[0.2, 0.65, 0.15]), 0, 2),
        deployment=rng.choice(3, n, p=[0.8, 0.13, 0.07]),
        use_case=rng.integers(0, len(words.USE_CASES), n),
        parent=parent,
        seats=np.maximum(2, np.round(seats)),
        currency=foreign,
        structure=structure,
        term_months=term_months,
        billing_months=np.where(structure == MONTHLY, 1, billing),
        has_champion=rng.random(n) < 0.87,
    )


def _company(stem: np.ndarray, trade: np.ndarray, form: np.ndarray) -> np.ndarray:
    add = np.strings.add
    return add(add(add(stem, " "), add(trade, " ")), form)


def lay_terms(accounts: Accounts, options: Options) -> Terms:
    """Lay term after term from the start of each account."""
    days = options.last_day - accounts.start
    account, number = within(days // (accounts.term_months * 28) + 2)
    months = accounts.term_months[account]
    start = add_months(accounts.start[account], number * months)
    end = add_months(accounts.start[account], (number + 1) * months)
    keep = start <= options.last_day + 20
    return Terms(account[keep], number[keep], start[keep], end[keep])
