"""Who was erased, as salted hashes, in a CSV file beside the published one."""

import csv
import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from customer_health.files import sync
from customer_health.marts import sql_text

# Columns by whom they name, in raw tables and in those of a build.
KINDS = {
    "contact_id": "contact",
    "user_id": "user",
    "email": "email",
    "account_id": "account",
    "crm_account_id": "account",
    "account_id_as_delivered": "account",
    "parent_account_id": "account",
    "top_account_id": "account",
    "worst_account_id": "account",
    "moved_to_account_id": "account",
    "merged_into_account_id": "account",
}


@dataclass
class Tombstones:
    """The list of one warehouse."""

    file: Path
    salt: str
    hashes: set[str]

    @classmethod
    def read(cls, file: Path) -> "Tombstones":
        """Read the list; without a file, begin one with a salt of its own."""
        if not file.exists():
            return cls(file, secrets.token_hex(16), set())
        with open(file, encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        return cls(file, rows[0]["salt"], {row["hash"] for row in rows})

    def hash(self, kind: str, name: str) -> str:
        """Hash a name, spelled as `spelled` has it."""
        return hashlib.sha256(f"{self.salt}{kind}|{name}".encode()).hexdigest()

    def add(self, names: Iterable[tuple[str, str]]) -> None:
        """Add names by kind, and bring the list to disk in one step."""
        self.hashes |= {self.hash(kind, name) for kind, name in names}
        fresh = self.file.with_name(f"{self.file.name}.new")
        with open(fresh, "w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(("salt", "hash"))
            # sorted, so that their order tells nothing
            writer.writerows((self.salt, each) for each in sorted(self.hashes))
        sync(fresh)
        os.replace(fresh, self.file)
        sync(self.file.parent)


def spelled(column: str, kind: str, id_case: str) -> str:
    """SQL of the one spelling of an id or e-mail address: as the macro `clean_id` has it."""
    blanks = r"[ \t\r\n\x{a0}\x{200b}\x{feff}]"
    text = f"regexp_replace(cast({column} as varchar), '{blanks}', '', 'g')"
    whole = rf"regexp_replace({text}, '^(-?[0-9]+)[.]0+$', '\1')"
    return f"lower({whole})" if id_case == "lower" or kind == "email" else whole


def names(expression: str, kind: str, salt: str, id_case: str, listed: str) -> str:
    """SQL condition: an expression names somebody whose hash a query lists."""
    hashed = f"sha256({sql_text(salt + kind + '|')} || {spelled(expression, kind, id_case)})"
    return f"coalesce({hashed} in ({listed}), false)"
