"""policy_version changes with every cell of a seed that can change a published figure."""

import csv
import re

from project import PROJECT

from customer_health.policy.cells import FREE_TEXT

# what a threshold may be, and how a value is written, changes no figure
NO_FIGURE = (*FREE_TEXT, "shown_as", "lowest", "highest", "choices")
MODEL = PROJECT / "models/intermediate/policy/int_policy__version.sql"


def test_the_policy_version_takes_in_every_column_of_every_seed_but_free_text():
    taken_in = {
        seed: re.findall(r"'(\w+)'", columns)
        for seed, columns in re.findall(r"\('(\w+)', \[([^]]*)\]\)", MODEL.read_text())
    }
    expected = {}
    for path in (PROJECT / "seeds").rglob("*.csv"):
        # where figures go changes none, nor does what was decided before
        if path.stem in ("sync_fields", "policy_changes"):
            continue
        with path.open(encoding="utf-8") as file:
            columns = next(csv.reader(file))
        unread = {*NO_FIGURE, *(["type"] if path.stem == "thresholds" else [])}
        expected[path.stem] = [column for column in columns if column not in unread]
    assert taken_in == expected
