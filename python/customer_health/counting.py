"""Numbers of things in words."""


def counted(number: int, thing: str) -> str:
    """A number with its noun, as 1 row or 2,000 rows."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
