"""policy_version changes with every cell of a seed that can change a published figure."""

import csv
import re

from project import PROJECT

# What explains a number, and what a person may enter for it.
EXPLAINS = ("description", "display_name", "owner", "source", "unit")
LIMITS = ("type", "lowest", "highest", "choices")
MODEL = PROJECT / "models/intermediate/policy/int_policy__version.sql"


def test_the_policy_version_takes_in_every_number_and_word_of_every_seed():
    taken_in = {
        seed: re.findall(r"'(\w+)'", columns)
        for seed, columns in re.findall(r"\('(\w+)', \[([^]]*)\]\)", MODEL.read_text())
    }
    expected = {}
    for path in (PROJECT / "seeds").rglob("*.csv"):
        with path.open(encoding="utf-8") as file:
            columns = next(csv.reader(file))
        expected[path.stem] = [column for column in columns if column not in EXPLAINS + LIMITS]
    assert taken_in == expected
