"""What the CRM keeps: account states, activities, goals, milestones, deals, plays, ratings."""

from __future__ import annotations

import numpy as np

from demo import words
from demo.accounts import MONTHLY
from demo.billing import Book
from demo.parameters import PLAYBOOKS, SMB
from demo.people import People
from demo.toolkit import (
    DAY,
    NEVER,
    by,
    dates,
    ids,
    last_at,
    optional,
    stacked,
    stamps,
    stream,
    within,
)
from demo.world import DIM, SHOCK_NAMES, World

MEETINGS = ("meeting", "qbr", "training", "webinar")


def draw_owners(world: World, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Owners by account: account position, first day, number of the owner; sorted by both."""
    attributes, process, n = world.accounts, world.process, world.n
    everyone = np.arange(n)
    span = np.maximum(world.gone - attributes.start, 1)
    changes = rng.poisson(process.owner_changes_per_year * span / 365.25)
    owner_account = np.concatenate([everyone, np.repeat(everyone, changes)])
    after = (rng.random(changes.sum()) * np.repeat(span, changes)).astype(np.int64)
    owner_day = np.concatenate([attributes.start, np.repeat(attributes.start, changes) + after + 1])
    owner = rng.integers(0, max(2, n // process.accounts_per_csm), len(owner_day))
    order = np.lexsort((owner_day, owner_account))
    return owner_account[order], owner_day[order], owner[order]


def owner_ids(owner: np.ndarray) -> np.ndarray:
    """Ids of owners by their numbers."""
    if not len(owner):
        return np.array([], dtype=str)
    return np.strings.add("csm-", np.strings.zfill(owner.astype(str), 3))


def owners_on(world: World, account: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Ids of those who own accounts on days."""
    owned, since, owner = draw_owners(world, stream(world.options.seed, "account_states"))
    return owner_ids(owner[last_at(owned, since, account, day)])


def accounts(world: World, book: Book) -> dict:
    """Raw table crm.accounts: a first state, and one per change of owner, name, plan or end."""
    rng = stream(world.options.seed, "account_states")
    attributes, n = world.accounts, world.n
    last_day = world.options.last_day
    everyone = np.arange(n)
    owner_account, owner_day, owner = draw_owners(world, rng)

    merged = (world.shocks.kind == SHOCK_NAMES.index("acquisition")) & (
        rng.random(len(world.shocks.kind)) < 0.6
    )
    name_account = np.concatenate([everyone, world.shocks.account[merged]])
    name_day = np.concatenate([attributes.start, world.shocks.day[merged]])
    short = np.array([name.split(" ")[0] for name in attributes.name])
    buyer = rng.choice(short, merged.sum())
    add = np.strings.add
    new_name = add(add(short[world.shocks.account[merged]], " "), add(add("(", buyer), " Group)"))
    name = np.concatenate([attributes.name, new_name])

    upgraded = np.flatnonzero((book.plan[1:] != book.plan[:-1]) & (np.diff(book.account) == 0)) + 1
    lost = np.flatnonzero(world.churn <= last_day)

    account = np.concatenate([everyone, owner_account, name_account, book.account[upgraded], lost])
    day = np.concatenate(
        [attributes.start, owner_day, name_day, book.start[upgraded], world.churn[lost]]
    )
    state = np.unique((account << 32) + day)
    account, day = state >> 32, state & (2**32 - 1)
    keep = (day <= last_day) & (day <= world.churn[account])
    account, day = account[keep], day[keep]

    def latest(of: np.ndarray, since: np.ndarray, values: np.ndarray) -> np.ndarray:
        order = np.lexsort((since, of))
        return values[order][last_at(of[order], since[order], account, day)]

    # drawn beside all else, so that nothing else depends on it
    support = stream(world.options.seed, "support plans").random(n)
    has_premium = support < np.array([0.1, 0.3, 0.7])[attributes.segment]
    employees = attributes.employees[account]
    parent = attributes.parent[account]
    pick = {
        "account_name": latest(name_account, name_day, name),
        "plan": np.array(words.PLANS)[latest(book.account, book.start, book.plan)],
        "csm_owner_id": owner_ids(latest(owner_account, owner_day, owner)),
    }
    ended = (world.churn[account] <= last_day) & (day >= world.churn[account])
    return {
        "account_id": attributes.account_id[account],
        "valid_from": stamps(np.where(day == attributes.start[account], NEVER, day * DAY)),
        **pick,
        "parent_account_id": optional(attributes.account_id[parent], parent >= 0),
        "industry": np.array(words.INDUSTRIES)[attributes.industry[account]],
        "employees": optional(employees, employees >= 0),
        "region": np.array(words.REGIONS)[attributes.region[account]],
        "deployment_model": np.array(words.DEPLOYMENTS)[attributes.deployment[account]],
        "use_case": np.array(words.USE_CASES)[attributes.use_case[account]],
        "customer_since_date": dates(attributes.start[account]),
        "support_plan": np.where(has_premium, "premium", "standard")[account],
        "churned_date": dates(np.where(ended, world.churn[account], NEVER)),
    }


def activities(world: World, people: People) -> dict:
    """Raw table crm.activities: one row per contact invited or written to."""
    return stacked(_usual_activities(world, people), _trainings_for_all(world, people))


def _trainings_for_all(world: World, people: People) -> dict:
    """Trainings to which every contact of the account is invited."""
    rng = stream(world.options.seed, "trainings for all")
    who = rng.random(world.n) < world.process.training_for_all_share
    account, second = world.every(rng, 180, who, first=60)
    training, turn = within(people.count[account])
    contact = people.first[account[training]] + turn
    there = people.there(contact, second[training])
    training, contact = training[there], contact[there]
    n = len(training)
    return {
        "activity_id": ids("act-all-", n),
        "account_id": world.accounts.account_id[account[training]],
        "contact_id": people.names_of(people.contact_id, contact),
        "activity_type": np.repeat("training", n),
        "occurred_at": stamps(second[training]),
        "attendance": np.where(rng.random(n) < 0.7, "attended", "declined"),
        **{
            name: stamps(np.full(n, NEVER))
            for name in ("opened_at", "clicked_at", "answered_at", "known_at")
        },
    }


def _usual_activities(world: World, people: People) -> dict:
    """What happens between the customer-success team and one or a few contacts."""
    rng, process = stream(world.options.seed, "activities"), world.process
    segment = world.accounts.segment[:, None]
    engaged, related = (
        world.latent[:, :, DIM["engagement"]],
        world.latent[:, :, DIM["relationship"]],
    )
    new = world.week_zero + 7 * np.arange(world.weeks) < world.accounts.start[:, None] + 90
    size = np.array([0.6, 1.0, 1.7])[segment]
    blocks = {
        "email": (world.happen(rng, 0.65 * size), 1, 1),
        "call": (world.happen(rng, 0.16 * size * (0.3 + 1.2 * engaged)), 1, 1),
        "meeting": (world.happen(rng, 0.12 * size * (0.3 + 1.2 * related)), 1, 3),
        "qbr": (world.every(rng, 91, world.accounts.segment != SMB, first=60), 2, 4),
        "training": (world.happen(rng, (0.02 + 0.12 * new) * size), 1, 3),
        "webinar": (world.happen(rng, 0.05 * size), 1, 2),
        "community_post": (world.happen(rng, 0.10 * size * np.maximum(0, engaged - 0.25)), 1, 1),
    }
    account, second, kind, together = [], [], [], 0
    meeting_of = []
    for position, ((who, when), least, most) in enumerate(blocks.values()):
        invited, _ = within(rng.integers(least, most + 1, len(who)))
        account.append(who[invited])
        second.append(when[invited])
        kind.append(np.full(len(invited), position))
        meeting_of.append(invited + together)
        together += len(who)
    account, second, kind, meeting = map(np.concatenate, (account, second, kind, meeting_of))
    contact = people.pick(rng, account, second, 0.35, 0.12)
    key = (meeting << 32) + contact + 1
    fresh = np.zeros(len(key), dtype=bool)
    fresh[np.unique(key, return_index=True)[1]] = True
    keep = np.flatnonzero(fresh)
    keep = keep[np.argsort(second[keep], kind="stable")]
    account, second, kind, contact = account[keep], second[keep], kind[keep], contact[keep]

    n = len(account)
    mood = world.health(account, second // DAY, "engagement")
    tie = world.health(account, second // DAY, "relationship")
    last = np.minimum(world.options.last_second, world.gone[account] * DAY - 1)
    names = np.array(list(blocks))
    is_meeting = np.isin(names, MEETINGS)[kind]
    comes = np.clip(0.2 + 0.5 * mood + 0.35 * tie, 0.05, 0.97)
    comes = np.where(kind == list(blocks).index("webinar"), 0.6 * comes, comes)
    draw = rng.random(n)
    attendance = np.where(
        draw < comes, "attended", np.where(draw < (1 + comes) / 2, "declined", "no_show")
    )
    recorded = is_meeting & (rng.random(n) < 0.93)

    mail = (kind == 0) & (contact >= 0)
    opened = mail & (rng.random(n) < 0.15 + 0.65 * mood)
    clicked = opened & (rng.random(n) < 0.12 + 0.35 * mood)
    answered = opened & (rng.random(n) < 0.05 + 0.65 * mood)
    # a mail client that shows no pictures tells of no opening
    blocked = clicked | answered
    blocked &= stream(world.options.seed, "blocked opens").random(n) < process.blocked_open_share
    open_at = second + (rng.lognormal(np.log(3.0), 1.2, n) * 3600).astype(np.int64)
    click_at = open_at + rng.integers(5, 600, n)
    hours = np.exp(rng.normal(np.log(20) - 2.2 * (mood - 0.5), 0.9))
    answer_at = open_at + (hours * 3600).astype(np.int64)
    logged = second + rng.integers(1, 72, n) * 3600
    late = (rng.random(n) < 0.05) & (logged <= world.options.last_second)
    return {
        "activity_id": ids("act-", n),
        "account_id": world.accounts.account_id[account],
        "contact_id": people.names_of(people.contact_id, contact),
        "activity_type": names[kind],
        "occurred_at": stamps(second),
        "attendance": optional(attendance, recorded),
        "opened_at": stamps(by(open_at, last, opened & ~blocked)),
        "clicked_at": stamps(by(click_at, last, clicked)),
        "answered_at": stamps(by(answer_at, last, answered)),
        "known_at": stamps(np.where(late, logged, NEVER)),
    }


def goals(world: World, book: Book) -> dict:
    """Raw table crm.goals: agreed at the start and about every half year; values while healthy."""
    rng = stream(world.options.seed, "goals")
    process, last_day = world.process, world.options.last_day
    planned = rng.random(world.n) >= process.no_plan_share
    start = world.accounts.start
    account, turn = within(np.where(planned, (last_day - start) // 170 + 1, 0))
    set_day = start[account] + 20 + turn * 175 + rng.integers(-15, 40, len(account))
    keep = (set_day < world.gone[account]) & (rng.random(len(account)) < 0.85)
    account, set_day = account[keep], set_day[keep]
    n = len(account)
    due = set_day + rng.integers(60, 200, n)
    lag = rng.normal(-12 + 70 * (0.58 - world.health(account, due, "value")), 20)
    done = np.maximum(set_day + 10, due + lag.astype(np.int64))
    worth = world.health(account, done, "value")
    reached = (rng.random(n) < 0.25 + 0.75 * worth) & (done < world.gone[account])
    arr = book.arr[last_at(book.account, book.start, account, set_day)]
    value = np.round(arr * np.exp(rng.normal(np.log(0.8) + 2.2 * (worth - 0.5), 0.45)), 2)
    measured_at = (done + rng.integers(3, 40, n)) * DAY + office_hour(rng, n)
    limit = np.minimum(world.options.last_second, world.gone[account] * DAY - 1)
    measured = reached & (rng.random(n) < 0.7) & (measured_at <= limit)
    return {
        "goal_id": ids("goal-", n),
        "account_id": world.accounts.account_id[account],
        "goal_name": rng.choice(words.GOALS, n),
        "set_date": dates(set_day),
        "due_date": dates(by(due, 2**40, rng.random(n) < 0.95)),
        "achieved_date": dates(by(done, last_day, reached)),
        "measured_value": optional(value, measured),
        "measured_at": stamps(by(measured_at, limit, measured)),
    }


def office_hour(rng: np.random.Generator, count: int) -> np.ndarray:
    """Seconds of the day of a whole office hour."""
    return rng.integers(8, 18, count) * 3600


MILESTONES = (  # type, planned after (days), spread (days), share of accounts, dimension
    ("first_value", 30, 15, 0.97, "value"),
    ("onboarding_complete", 16, 8, 1.0, "engagement"),
    ("integration_live", 75, 40, 0.85, "usage"),
    ("integration_live", 200, 120, 0.5, "usage"),
    ("integration_live", 420, 200, 0.3, "usage"),
    ("use_case_live", 60, 30, 0.9, "usage"),
    ("use_case_live", 240, 120, 0.55, "value"),
    ("use_case_live", 480, 200, 0.35, "value"),
    ("other", 300, 250, 0.5, "engagement"),
)


def milestones(world: World) -> dict:
    """Raw table crm.milestones: planned at the start or a month ahead, reached by the healthy."""
    rng = stream(world.options.seed, "milestones")
    process, last_day = world.process, world.options.last_day
    integrates = rng.random(world.n) >= process.no_integration_share
    account, kind, planned, reached = [], [], [], []
    for position, (name, after, spread, share, dimension) in enumerate(MILESTONES):
        has = rng.random(world.n) < share
        who = np.flatnonzero(has & (integrates | (name != "integration_live")))
        plan = world.accounts.start[who] + np.maximum(
            5, rng.normal(after, spread / 2, len(who))
        ).astype(np.int64)
        health = world.health(who, plan, dimension)
        lag = rng.normal(40 * (0.6 - health), 12) * np.sqrt(after / 60)
        lag[rng.random(len(who)) > 0.45 + 0.85 * health] = 10_000
        account.append(who)
        kind.append(np.full(len(who), position))
        planned.append(plan)
        reached.append(np.maximum(world.accounts.start[who] + 2, plan + lag.astype(np.int64)))
    account, kind, planned, reached = map(np.concatenate, (account, kind, planned, reached))
    start = world.accounts.start[account]
    known = np.maximum(start, np.minimum(planned, reached) - 30)
    keep = np.flatnonzero(known < world.gone[account])
    keep = keep[np.argsort(known[keep], kind="stable")]
    account, kind, planned, reached, known = (
        x[keep] for x in (account, kind, planned, reached, known)
    )
    return {
        "milestone_id": ids("mil-", len(account)),
        "account_id": world.accounts.account_id[account],
        "milestone_type": np.array([m[0] for m in MILESTONES])[kind],
        "planned_date": dates(planned),
        "reached_date": dates(by(reached, np.minimum(world.gone[account] - 1, last_day))),
        "known_at": stamps(known * DAY + 9 * 3600),
    }


def opportunities(world: World, book: Book) -> dict:
    """Raw table crm.opportunities: a renewal per term of a year or more, and expansions."""
    rng = stream(world.options.seed, "opportunities")
    long = world.accounts.structure[book.account] != MONTHLY
    renewed = np.zeros(len(book.account), dtype=bool)
    renewed[:-1] = book.account[1:] == book.account[:-1]
    left = world.churn[book.account]
    decided = renewed | (left <= book.end)
    closes = np.where(
        renewed, book.end - rng.integers(1, 15, len(long)), np.minimum(book.end, left)
    )
    opens = np.maximum(book.start, book.end - 90)
    renewal = np.flatnonzero(long & (opens < np.minimum(left, closes)))

    after = np.flatnonzero(renewed) + 1
    grown = after[long[after] & (book.arr[after] > 1.03 * book.arr[after - 1])]
    tried, tried_second = world.happen(rng, 0.006)
    tried_day = tried_second // DAY
    tried_arr = book.arr[last_at(book.account, book.start, tried, tried_day)]
    wait = rng.integers(20, 90, len(tried))

    account = np.concatenate([book.account[renewal], book.account[grown], tried])
    kind = np.repeat(["renewal", "expansion", "expansion"], [len(renewal), len(grown), len(tried)])
    opened = np.concatenate([opens[renewal], book.start[grown] - 60, tried_day])
    closed = np.concatenate([closes[renewal], book.start[grown] - 2, tried_day + wait])
    closes_ever = np.concatenate([decided[renewal], np.ones(len(grown) + len(tried), dtype=bool)])
    won = np.concatenate(
        [renewed[renewal], np.ones(len(grown), dtype=bool), np.zeros(len(tried), dtype=bool)]
    )
    amount = np.concatenate(
        [
            book.arr[renewal],
            book.arr[grown] - book.arr[grown - 1],
            tried_arr * rng.uniform(0.1, 0.4, len(tried)),
        ]
    )
    keep = np.flatnonzero(
        (opened >= world.accounts.start[account]) & (opened < world.gone[account])
    )
    keep = keep[np.argsort(opened[keep], kind="stable")]
    account, kind, opened, closed, closes_ever, won, amount = (
        x[keep] for x in (account, kind, opened, closed, closes_ever, won, amount)
    )
    n = len(account)
    done = closes_ever & (closed <= world.options.last_day)
    stage = np.where(done, np.where(won, "closed_won", "closed_lost"), "negotiation")
    stage = np.where(~done & (rng.random(n) < 0.5), "proposal", stage)
    return {
        "opportunity_id": ids("opp-", n),
        "account_id": world.accounts.account_id[account],
        "opportunity_type": kind,
        "stage": stage,
        "amount": optional(np.round(amount, 2), rng.random(n) < 0.97),
        "created_at": stamps(opened * DAY + office_hour(rng, n)),
        "closed_at": stamps(np.where(done, closed * DAY + 18 * 3600, NEVER)),
        "is_won": optional(won, done),
    }


def playbook_runs(world: World) -> dict:
    """Raw table crm.playbook_runs: plays as run, with an outcome as seen, and as put off."""
    rng = stream(world.options.seed, "playbook_runs")
    plays, last_second = world.plays, world.options.last_second
    n = len(plays.account)
    started = plays.day * DAY + office_hour(rng, n)
    finished = started + rng.integers(21, 50, n) * DAY
    gain = world.overall(plays.account, plays.day + 45) - world.overall(plays.account, plays.day)
    seen = gain + rng.normal(0, 0.05, n)
    outcome = np.where(seen > 0.04, "improved", np.where(seen < -0.04, "worsened", "no_change"))
    done = finished <= np.minimum(last_second, world.gone[plays.account] * DAY - 1)
    runs = {
        "playbook_run_id": playbook_ids(world),
        "account_id": world.accounts.account_id[plays.account],
        "playbook": np.array([play.name for play in PLAYBOOKS])[plays.play],
        "started_at": stamps(started),
        "finished_at": stamps(np.where(done, finished, NEVER)),
        "outcome": optional(outcome, done & (rng.random(n) < 0.9)),
        "snoozed_until": dates(np.full(n, NEVER)),
    }
    return stacked(runs, _put_off(world))


def _put_off(world: World) -> dict:
    """Rows of crm.playbook_runs by which account owners put plays off for some days."""
    rng = stream(world.options.seed, "put_off")
    account, second = world.every(rng, 200, np.ones(world.n, dtype=bool), first=30)
    n = len(account)
    names = np.array([play.name for play in PLAYBOOKS])
    return {
        "playbook_run_id": ids("put-off-", n),
        "account_id": world.accounts.account_id[account],
        "playbook": rng.choice(names, n),
        "started_at": stamps(second),
        "finished_at": stamps(np.full(n, NEVER)),
        "outcome": optional(np.full(n, ""), np.zeros(n, dtype=bool)),
        "snoozed_until": dates(second // DAY + rng.integers(5, 22, n)),
    }


def playbook_ids(world: World) -> np.ndarray:
    """Ids of the playbook runs in their order."""
    return ids("run-", len(world.plays.account))


def csm_assessments(world: World) -> dict:
    """Raw table crm.csm_assessments: a noisy view of health about every month."""
    rng = stream(world.options.seed, "assessments")
    account, second = world.every(rng, 30.5, np.ones(world.n, dtype=bool), first=20)
    keep = rng.random(len(account)) < 0.7
    account, second = account[keep], second[keep]
    n, day = len(account), second // DAY
    optimism = rng.normal(0, 0.05, world.n)[account]
    seen = world.overall(account, day - 7) + optimism + rng.normal(0, 0.08, n)
    depth = world.health(account, day, "relationship") + rng.normal(0, 0.1, n)
    words_rng = stream(world.options.seed, "assessment words")

    def said(dimension: str, words_from_best: tuple[str, str, str]) -> np.ma.MaskedArray:
        mood = world.health(account, day, dimension) + words_rng.normal(0, 0.1, n)
        place = (mood < 0.5).astype(int) + (mood < 0.3)
        return optional(np.array(words_from_best)[place], words_rng.random(n) < 0.6)

    # how they see the account against its usage, which weighs most in the score
    gap = seen - world.health(account, day, "usage")
    feedback = np.where(gap > 0.2, "too_low", np.where(gap < -0.2, "too_high", "right"))
    reasons = np.array(["usage_explained", "customer_told_us", "data_wrong", "other"])
    gives_feedback = words_rng.random(n) < 0.25
    return {
        "assessment_id": ids("ass-", n),
        "account_id": world.accounts.account_id[account],
        "assessed_at": stamps(second),
        "csm_rating": optional(_one_to_five(1.4 * seen - 0.2), rng.random(n) < 0.97),
        "relationship_depth": optional(_one_to_five(depth), rng.random(n) < 0.85),
        "champion_status": said("relationship", ("active", "at_risk", "missing")),
        "engagement_status": said("engagement", ("active", "lapsed", "none")),
        "outcome_narrative": said("value", ("defensible", "in_development", "missing")),
        "score_feedback": optional(feedback, gives_feedback),
        "feedback_reason": optional(
            words_rng.choice(reasons, n), gives_feedback & (feedback != "right")
        ),
    }


def _one_to_five(share: np.ndarray) -> np.ndarray:
    return np.round(1 + 4 * np.clip(share, 0, 1))
