"""Settings: numbers of thresholds.csv that Python reads, under the names it gives them."""

import csv
import functools
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from customer_health.policy.thresholds import PROJECT


class Settings(BaseModel):
    """Numbers of the policy; what is not given is as in the files of this project."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)

    @classmethod
    def of(cls, numbers: Mapping[str, Any], **others: Any) -> Self:
        """Take what it declares from all thresholds by name."""
        names = {field.validation_alias for field in cls.model_fields.values()}
        own = {name: value for name, value in numbers.items() if name in names}
        return cls.model_validate(own | others)


def threshold(name: str) -> Any:
    """Declare a field that holds a threshold."""
    return Field(
        default_factory=lambda: committed("thresholds.csv", "value")[name],
        validate_default=True,
        validation_alias=name,
    )


@functools.cache
def committed(file: str, column: str) -> dict[str, str]:
    """Give a column of a file in `seeds/policy` by the name in its first, without blanks."""
    with (PROJECT / "seeds" / "policy" / file).open(encoding="utf-8-sig", newline="") as lines:
        rows = [(next(iter(row.values())), row[column]) for row in csv.DictReader(lines)]
    return {name: value for name, value in rows if value}
