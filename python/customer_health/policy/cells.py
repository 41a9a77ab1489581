"""What a cell of a policy file may hold, as types for pydantic, and what to say if it does not."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, LiteralString

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from customer_health.policy.findings import use_one_of

# Between these, sums, products and slopes of what the policy says neither overflow nor vanish.
LARGEST_NUMBER = 1e12
SMALLEST_NUMBER = 1e-9
LONGEST_DAYS = 36_500
LARGEST_WHOLE = 1_000_000_000  # the seeds' integers hold 32 bits
LONGEST_CELL = 10_000
LONG_CELL = (
    f"a text is longer than {LONGEST_CELL:,} characters",
    "shorten it, or close the double quote that opens it",
)

HIDDEN = ("Cc", "Cf", "Zl", "Zp", "Zs")
# Texts for people, which nothing is compared with.
FREE_TEXT = (
    "decided_by",
    "description",
    "display_name",
    "name",
    "next_step",
    "owner",
    "reason",
    "sentence",
    "source",
    "unit",
)


def refusal(what: str, fix: str, kind: LiteralString = "cell") -> PydanticCustomError:
    """Give the error that says what is wrong with a cell, and how to fix it."""
    return PydanticCustomError(kind, "{what}", {"what": what, "fix": fix})


class Row(BaseModel):
    """One row of a file; a column that may be blank has the default None."""

    model_config = ConfigDict(extra="forbid")
    key: ClassVar[tuple[str, ...]]
    """The columns which together may occur only once."""
    may_be_empty: ClassVar[bool] = False
    """Whether the file may have no rows."""
    _number: int = 0

    @property
    def number(self) -> int:
        """The number that an editor shows for the row."""
        return self._number

    @field_validator("*", mode="before")
    @classmethod
    def _as_written(cls, text: str, info: ValidationInfo) -> str | None:
        name = info.field_name or ""
        if not text.strip():
            if not cls.model_fields[name].is_required():
                return None
            is_source = name == "source"
            fix = "say where the number comes from, or 'project default'"
            raise refusal("is empty", fix if is_source else f"fill in {name}")
        if len(text) > LONGEST_CELL:
            raise refusal(*LONG_CELL, kind="long_cell")
        if text != text.strip():
            raise refusal(f"'{text}' has a space before or after it", "take the space out")
        if text.startswith("'"):
            # the database may take it for the quote that texts are put in
            raise refusal(f"{text} begins with a single quote", "write it without")
        # what looks like nothing or like a plain space
        hidden = [c for c in text if c != " " and unicodedata.category(c) in HIDDEN]
        if hidden and name not in FREE_TEXT:
            what = f"holds a character that cannot be seen (U+{ord(hidden[0]):04X})"
            raise refusal(what, "type the text again")
        return text


class PolicyRow(Row):
    """A row that says where its numbers come from."""

    source: str


def number(text: str, largest: float = LARGEST_NUMBER) -> float:
    """Read a plain decimal number; others, also nan and 1_000, are none."""
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text, flags=re.ASCII):
        fix = "write digits and a point, such as 12.5"
        percent = re.fullmatch(r"(\d+\.?\d*) ?%", text, flags=re.ASCII)
        if percent:
            fix = f"write {float(percent[1]) / 100:g} for a share of 1, else {percent[1]} without %"
        raise refusal(f"'{text}' is not a number", fix)
    value = float(text)
    if abs(value) > largest:
        raise refusal(f"{text} is too large to compute with", f"write {largest:,.0f} at most")
    if abs(value) < SMALLEST_NUMBER and re.search("[1-9]", text.lower().split("e")[0]):
        fix = f"write 0, or {SMALLEST_NUMBER:g} at least"
        raise refusal(f"{text} is too close to 0 to compute with", fix)
    return value


def number_between(lowest: float, highest: float, value: float) -> str:
    """Say what to write instead of a number, which may be a percentage."""
    percent = f", such as {value / 100:g} for {value:g} %"
    is_percent = highest == 1 and highest < value <= 100
    return f"write a number between {lowest:g} and {highest:g}{percent if is_percent else ''}"


def numbers(text: str) -> list[float]:
    """Read numbers with | between them."""
    try:
        return [number(part) for part in text.split("|")]
    except ValueError:
        fix = "write numbers with | between them, such as 30|60|90"
        raise refusal(f"'{text}' is no list of numbers", fix) from None


def _whole(text: str) -> float:
    return number(text, LARGEST_WHOLE)


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise refusal(f"is '{text}'", "write true or false")
    return text.lower() == "true"


def _day(text: str) -> date:
    try:
        # fromisoformat takes more than this one form
        return date.fromisoformat(text if re.fullmatch(r"[0-9]{4}-[0-9-]{5}", text) else "")
    except ValueError:
        fix = "write it as YYYY-MM-DD, such as 2099-12-31"
        raise refusal(f"'{text}' is not a date", fix) from None


def _currency(text: str) -> str:
    if not re.fullmatch("[A-Za-z]{3}", text):
        fix = "write the three letters of ISO 4217, such as EUR"
        raise refusal(f"'{text}' is not the code of a currency", fix)
    return text.upper()


def _word(text: str) -> str:
    if text != text.lower():
        fix = f"write '{text.lower()}': words are compared in lower case"
        raise refusal(f"'{text}' has capitals", fix)
    return text


Number = Annotated[float, BeforeValidator(number)]
Whole = Annotated[int, BeforeValidator(_whole)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Day = Annotated[date, BeforeValidator(_day)]
Currency = Annotated[str, AfterValidator(_currency)]
Word = Annotated[str, AfterValidator(_word)]


def column_name(text: str) -> str:
    """Read the name of something that becomes a column."""
    if not re.fullmatch("[a-z][a-z0-9_]*", text):
        fix = "write small letters, digits and _, as it becomes one"
        raise refusal(f"'{text}' is no name for a column", fix)
    return text


@dataclass(frozen=True)
class RefersTo:
    """The cell is one of the ids by which a file has its rows, or 'all' if that is allowed."""

    file: str
    all_allowed: bool = False


def one_of(*words: str) -> AfterValidator:
    """Allow only these words."""

    def check(text: str) -> str:
        if text not in words:
            raise refusal(f"'{text}' is not known", use_one_of(text, words))
        return text

    return AfterValidator(check)


def none_of(*words: str) -> AfterValidator:
    """Refuse these words, which mean something else already."""

    def check(text: str) -> str:
        if text in words:
            raise refusal(f"'{text}' is a word with its own meaning here", "choose another name")
        return text

    return AfterValidator(check)


def problems(
    error: ValidationError, table: type[Row], texts: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Say of each cell that pydantic refused what is wrong, and how to fix it."""
    for found in error.errors():
        name, context = str(found["loc"][0]), found.get("ctx", {})
        if found["type"] == "long_cell":
            yield LONG_CELL
        elif found["type"] == "cell":
            yield f"{name} {context['what']}", context["fix"]
        elif found["type"] == "int_from_float":
            yield f"{name} '{texts[name]}' is not a whole number", "write it without decimals"
        elif found["type"] == "greater_than":
            yield f"{name} {texts[name]} is too small", f"write a number above {context['gt']:g}"
        else:
            limits = {
                side: getattr(limit, side)
                for limit in table.model_fields[name].metadata
                for side in ("ge", "le")
                if hasattr(limit, side)
            }
            what = f"{name} {texts[name]} is outside what is allowed"
            if len(limits) == 2:
                yield what, number_between(limits["ge"], limits["le"], float(texts[name]))
            else:
                yield what, f"write a number at least {limits['ge']:g}"
