"""Whether plays help: what became of accounts with a play, and of those without one.

Pure functions, no warehouse; `effects` has all of it.
"""

from customer_health.plays.effects import (
    ALL,
    EFFECTS,
    HELD_OUT,
    HELPS,
    HURTS,
    MATCHED,
    NOT_BY_CHANCE,
    NOT_SHOWN,
    play_effects,
)
from customer_health.plays.settings import PlaySettings

__all__ = [
    "ALL",
    "EFFECTS",
    "HELD_OUT",
    "HELPS",
    "HURTS",
    "MATCHED",
    "NOT_BY_CHANCE",
    "NOT_SHOWN",
    "PlaySettings",
    "play_effects",
]
