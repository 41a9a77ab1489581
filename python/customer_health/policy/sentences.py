"""What is wrong with the placeholders of a sentence for people."""

import re
from collections.abc import Sequence

from customer_health.policy.findings import use_one_of


def placeholders(sentence: str) -> list[str]:
    """Give the names in braces, in their order."""
    return re.findall(r"{([^{}]*)}", sentence)


def faults(sentence: str, known: Sequence[str]) -> list[tuple[str, str]]:
    """Find what would stay unfilled: pairs of what is wrong and how to fix it."""
    found = [
        (f"sentence has an unknown placeholder '{{{name}}}'", use_one_of(name, known))
        for name in placeholders(sentence)
        if name not in known
    ]
    if re.search("[{}]", re.sub(r"{[^{}]*}", "", sentence)):
        fix = f"write {{{known[0]}}}"
        found.append(("sentence has a brace without its other half", fix))
    return found
