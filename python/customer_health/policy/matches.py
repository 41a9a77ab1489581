"""Which account an id or a domain of another source belongs to, as somebody has looked it up."""

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator

from customer_health.policy.cells import Row, one_of, refusal
from customer_health.policy.findings import Findings

SOURCES = ("product", "crm", "support", "survey", "billing", "signals")
FILE = "account_matches.csv"


def _not_of_a_person(text: str) -> str:
    if "@" in text:
        fix = "write the id that the source has, or the domain behind the @ if it is a company's"
        raise refusal(f"'{text}' is an e-mail address", fix)
    if "/" in text and "." in text:
        fix = "write the domain alone, such as acme.com"
        raise refusal(f"'{text}' is a web address", fix)
    return text


class AccountMatch(Row):
    """A row of account_matches.csv; without a source it holds in every one."""

    key = ("source_name", "raw_account_id")
    may_be_empty = True
    source_name: Annotated[str, one_of(*SOURCES)] | None = None
    raw_account_id: Annotated[str, AfterValidator(_not_of_a_person)]
    account_id: str
    reason: str | None = None


def check_matches(rows: list[AccountMatch], found: Findings) -> None:
    """A row is of one account, which is not itself one that has gone over into another."""
    by_id: dict[tuple[str | None, str], AccountMatch] = {}
    for row in rows:
        first = by_id.setdefault((row.source_name, _id(row.raw_account_id)), row)
        # what is spelled alike is refused as a key that comes twice
        if first.raw_account_id != row.raw_account_id and first.account_id != row.account_id:
            what = f"'{first.raw_account_id}' and '{row.raw_account_id}' are one, of two accounts"
            found.error(FILE, [first.number, row.number], what, "keep the row that is right")
    gone = [
        row
        for row in rows
        # one that is matched to itself is kept apart from its like in another connection
        if row.source_name in (None, "crm") and _id(row.raw_account_id) != _id(row.account_id)
    ]
    for row in rows:
        for other in gone:
            if other is not row and _id(other.raw_account_id) == _id(row.account_id):
                what = f"account_id '{row.account_id}' is itself matched, to '{other.account_id}'"
                fix = f"write '{other.account_id}' here, or take the other row out"
                found.error(FILE, [row.number, other.number], what, fix)


def check_free_mail(rows: list[AccountMatch], free: Iterable[str], found: Findings) -> None:
    """No account has all the people of a provider of free mail."""
    known = set(free)
    for row in rows:
        if _id(row.raw_account_id) in known:
            what = f"anybody may have mail at '{row.raw_account_id}'"
            fix = "match the ids of single customers, or take the domain out of vocabularies.csv"
            found.error(FILE, row.number, what, fix)


def _id(text: str) -> str:
    """Spell an id or a domain as the models compare it."""
    plain = re.sub(r"^(-?[0-9]+)[.]0+$", r"\1", text.lower().replace(" ", ""))
    return plain.removeprefix("www.")
