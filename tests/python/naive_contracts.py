"""An account's contract on a day, and what became of it, worked out term by term from the words.

Plain loops over the terms known on a day; nothing is shared with the models but the policy.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from functools import cached_property
from types import SimpleNamespace as Row
from typing import NamedTuple

NEVER = date.max


def days(number: float) -> timedelta:
    return timedelta(days=number)


def later(day: date, number: float) -> date:
    return day if day == NEVER else day + days(number)


def total(numbers: list) -> float | None:
    """Sum, unknown if a part is."""
    return None if None in numbers else sum(numbers)


class Part(NamedTuple):
    """A contract, or a part of one that has dates of its own."""

    plan: str | None
    start: date
    end: date
    cancelled: date | None
    known: date
    seats: float | None
    arr: float | None
    amount: float | None
    currency: str | None


def together(parts: list[Part]) -> list[Part]:
    """Those alike in all but their amounts made one."""
    alike = defaultdict(list)
    for part in parts:
        alike[part[:5]].append(part)
    found = []
    for dates, rows in alike.items():
        seats = [row.seats for row in rows if row.seats is not None]
        currencies = {row.currency for row in rows}
        amount = total([row.amount for row in rows]) if len(currencies) == 1 else None
        found.append(
            Part(
                *dates,
                seats=sum(seats) if seats else None,
                arr=total([row.arr for row in rows]),
                amount=amount,
                currency=max((c for c in currencies if c), default=None),
            )
        )
    return found


def one_contract_each(terms: list) -> list[Part]:
    """Rows beside each other, and rows signed together that follow each other, made one."""
    parts = together(
        [
            Part(
                term.plan,
                term.start_date,
                term.end_date or NEVER,
                term.cancelled_date,
                term.known_date,
                term.seats,
                term.arr,
                term.arr_in_contract_currency,
                None if term.arr == term.arr_in_contract_currency else term.currency,
            )
            for term in terms
        ]
    )
    rows = sorted(parts, key=lambda p: (p.start, p.end, p.cancelled or NEVER))
    chains: dict[tuple, list[Part]] = defaultdict(list)
    for part in rows:
        chain = chains[(part.plan, *part[4:])]
        last = chain[-1] if chain else None
        if last and last.end == part.start and last.cancelled in (None, part.cancelled):
            chain[-1] = last._replace(end=part.end, cancelled=part.cancelled)
        else:
            chain.append(part)
    return together([part for chain in chains.values() for part in chain])


class Contract:
    """The terms of an account as they were known on a day.

    Each term has plan, start_date, end_date, cancelled_date, known_date, seats, arr (in the
    reporting currency), arr_in_contract_currency and currency.
    """

    def __init__(self, terms: list, day: date, policy: dict):
        """Put terms alike together and drop those that are none."""
        self.day, self.policy = day, policy
        self.terms = [self.seen(part) for part in one_contract_each(terms) if part.known <= day]
        nearby = days(policy["renewal_grace_days"] + policy["contract_overlap_days"])
        self.terms = [
            term
            for term in self.terms
            if term.known < term.real_end
            and (
                day < term.real_end
                or (term.begins < term.real_end and day - term.real_end <= nearby)
            )
        ]
        held = [term for term in self.terms if day < term.held_until]
        self.is_arr_known = all(term.arr is not None for term in held)
        for term in self.terms:
            term.weight = (term.arr if self.is_arr_known else term.seats) or 0

    def seen(self, part: Part) -> Row:
        """A term as it was known on the day: a cancellation counts from its own day."""
        grace = self.policy["renewal_grace_days"]
        is_cancelled = part.cancelled is not None and part.cancelled <= self.day
        real_end = min(part.end, part.cancelled or NEVER)
        held_until = min(later(real_end, grace), part.cancelled or NEVER)
        return Row(
            **part._asdict(),
            begins=max(part.start, part.known),
            ends=real_end if is_cancelled else part.end,
            real_end=real_end,
            held_until=held_until,
            successors_until=held_until if is_cancelled else later(part.end, grace),
        )

    # ------------------------------------------------------------ who takes over from whom

    @cached_property
    def takes_over(self) -> dict[int, date]:
        """The end that each term takes over from, by the position of the term."""
        ends = defaultdict(list)
        for term in self.terms:
            ends[term.ends].append(term)
        choices = defaultdict(dict)
        for position, term in enumerate(self.terms):
            for end, others in ends.items():
                near = [
                    other
                    for other in others
                    if other.begins < term.begins
                    and end < term.ends
                    and term.begins <= other.successors_until
                    and (end - term.begins).days <= self.longest_overlap(other)
                ]
                if near:
                    same_plan = any(other.plan == term.plan and term.plan for other in near)
                    ending = sum(other.weight for other in near)
                    least = term.weight * self.policy["successor_arr_share"]
                    choices[position][end] = Row(
                        likeness=2 if same_plan else 1 if ending >= least else 0,
                        apart=abs((end - term.begins).days),
                        same_plan=same_plan,
                        same_signing=any(other.known == term.known for other in near),
                        weight=ending,
                    )
        found: dict[int, date] = {}
        taken: dict[date, float] = {}

        def take(rows: list) -> None:
            for position, end in rows:
                found[position] = end
                taken[end] = taken.get(end, 0) + self.terms[position].weight

        def is_open(end: date, choice: Row) -> bool:
            return end not in taken or taken[end] < choice.weight

        every = [
            (position, end, choice)
            for position, by_end in choices.items()
            for end, choice in by_end.items()
        ]
        take([(p, end) for p, end, c in every if not c.apart and c.same_signing])
        take(
            [
                (p, end)
                for p, end, c in every
                if not c.apart
                and not c.same_signing
                and c.likeness == max(other.likeness for other in choices[p].values())
                and is_open(end, c)
            ]
        )
        nearest = defaultdict(list)
        for position, by_end in choices.items():
            left = [
                (-c.likeness, c.apart, abs(self.terms[position].weight - c.weight), end)
                for end, c in by_end.items()
                if position not in found and c.apart and is_open(end, c)
            ]
            if left:
                nearest[min(left)[-1]].append(position)
        for end, positions in nearest.items():
            filled, already = 0, taken.get(end, 0)
            comparable = []
            for position in positions:
                term, choice = self.terms[position], choices[position][end]
                beside = sum(
                    self.terms[other].weight
                    for other in positions
                    if self.terms[other].begins == term.begins
                )
                share = self.policy["successor_arr_share"]
                is_alike = beside >= choice.weight * share and (
                    choice.same_plan or choice.weight >= beside * share
                )
                if term.begins > end or is_alike:
                    order = (not choice.same_plan, choice.apart, -term.weight, self.order(term))
                    comparable.append((order, position))
            for number, (_, position) in enumerate(sorted(comparable)):
                if number == 0 or filled < choices[position][end].weight - already:
                    found[position] = end
                filled += self.terms[position].weight
        return found

    def order(self, term: Row) -> tuple:
        """Which of two equal terms comes first."""
        return (term.begins, term.start, term.known, term.ends, term.plan or "")

    def longest_overlap(self, term: Row) -> float:
        """How many days before its end a renewal of a term may begin."""
        if term.ends == NEVER:
            return -1
        length = (term.ends - term.start).days
        share = self.policy["contract_overlap_share"]
        return min(self.policy["contract_overlap_days"], share * length)

    # ------------------------------------------------------------ the day

    @cached_property
    def current(self) -> list[int]:
        """Positions of the terms that count on the day."""
        service = [
            number for number, term in enumerate(self.terms) if term.begins <= self.day < term.ends
        ]
        if service:
            return [
                number for number in service if self.takes_over.get(number, self.day) <= self.day
            ]
        grace = [
            number
            for number, term in enumerate(self.terms)
            if term.begins <= self.day < term.held_until
        ]
        last = max((self.terms[number].ends for number in grace), default=None)
        return [number for number in grace if self.terms[number].ends == last]

    def leads_to(self, first: set[date]) -> set[date]:
        """The ends that an end leads to along successors, and itself."""
        reached, more = set(), set(first)
        while more:
            reached |= more
            more = {
                self.terms[number].ends for number, end in self.takes_over.items() if end in reached
            } - reached
        return reached

    def final_end(self, first: date, for_good: dict[date, float]) -> date:
        """Where most of what an end of today leads to ends for good, of equals the latest."""
        reached = self.leads_to({first})
        there = defaultdict(float)
        for number, term in enumerate(self.terms):
            is_today = number in self.current and term.ends == first
            if is_today or self.takes_over.get(number) in reached:
                there[term.ends] += term.weight
        return max(reached, key=lambda last: (min(for_good[last], there[last]), last))

    @cached_property
    def as_of(self) -> Row | None:
        """What is published of the day."""
        if not self.current:
            return None
        now = [self.terms[number] for number in self.current]
        reached = self.leads_to({term.ends for term in now})
        followed = set(self.current) | {
            number for number, end in self.takes_over.items() if end in reached
        }
        lost, for_good = {}, {}
        for end in reached:
            out, into = defaultdict(float), defaultdict(float)
            for number in followed:
                if self.terms[number].ends == end:
                    out[self.terms[number].plan] += self.terms[number].weight
            for number, taken in self.takes_over.items():
                if taken == end:
                    into[self.terms[number].plan] += self.terms[number].weight
            led = sum(term.weight for term in now if end in self.leads_to({term.ends}))
            whole, goes_on = sum(out.values()), sum(into.values())
            cheaper = sum(max(out[plan] - into[plan], 0) for plan in out if plan in into)
            lost[end] = max(min(whole, led) - goes_on, 0)
            for_good[end] = max(min(whole - cheaper, led) - goes_on, 0)
        by_end = defaultdict(float)
        for term in now:
            by_end[term.ends] += term.weight
        final = {end: self.final_end(end, for_good) for end in by_end}
        most = defaultdict(float)
        for end, last in final.items():
            most[last] += by_end[end]
        renewal = max(most, key=lambda last: (most[last], last))
        leading = [term for term in now if final[term.ends] == renewal]
        main = min(
            leading,
            key=lambda term: (
                -by_end[term.ends],
                -term.ends.toordinal(),
                -term.weight,
                term.start,
            ),
        )
        signed = self.leads_to({main.ends})
        term_end = max(
            term.ends
            for term in self.terms
            if term.known == main.known and term.ends in signed and term.ends <= renewal
        )
        arr = total([term.arr for term in now])
        seats = [term.seats for term in now if term.seats is not None]
        amounts = [term.amount for term in now]
        gone = sum(loss for end, loss in lost.items() if end <= later(self.day, 90))
        return Row(
            is_in_service=any(term.begins <= self.day < term.ends for term in now),
            seats=sum(seats) if seats else None,
            arr=arr,
            arr_in_contract_currency=total(amounts)
            if len({term.currency for term in now}) == 1
            else None,
            term_start_date=main.start,
            term_end_date=None if term_end == NEVER else term_end,
            renewal_date=None if renewal == NEVER else renewal,
            committed_arr_share_90d=max(arr - gone, 0) / arr if arr and self.is_arr_known else None,
        )

    # ------------------------------------------------------------ an end in hindsight

    def around(self, end: date) -> Row:
        """ARR in force before and after an end, and whether any term is left."""
        spans = [
            (self.takes_over.get(number, term.begins), term)
            for number, term in enumerate(self.terms)
        ]
        return Row(
            before=total([t.arr for begins, t in spans if begins < end <= t.ends]),
            after=total([t.arr for begins, t in spans if begins <= end < t.ends]),
            is_gone=not any(t.begins <= self.day and t.ends > end for t in self.terms),
        )


def outcomes(terms: list, as_of_date: date, policy: dict) -> dict[date, Row]:
    """What became of each contract that ended and is settled, by the day of the end."""
    grace = policy["renewal_grace_days"]
    ended = defaultdict(list)
    for part in one_contract_each(terms):
        end = min(part.end, part.cancelled or NEVER)
        if end < NEVER and max(part.start, part.known) < end:
            until = min(later(end, grace), part.cancelled or NEVER)
            ended[end].append((until, end < part.end))
    found = {}
    for end, rows in ended.items():
        settled = max(until for until, _ in rows)
        if settled > as_of_date:
            continue
        seen = Contract(terms, settled, policy)
        arr = seen.around(end)
        if arr.is_gone:
            outcome, arr.after = "churned", 0
        elif arr.before is None or arr.after is None:
            outcome = "renewed"
        elif arr.after < arr.before * (1 - policy["renewal_change_share"]):
            outcome = "contracted"
        elif arr.after > arr.before * (1 + policy["renewal_change_share"]):
            outcome = "expanded"
        else:
            outcome = "renewed"
        found[end] = Row(
            settled_date=settled,
            arr_before=arr.before,
            arr_after=arr.after,
            outcome=outcome,
            n_terms_ended=len(rows),
            is_early=any(early for _, early in rows),
        )
    return found
