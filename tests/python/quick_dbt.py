"""Spares dbt what nobody reads and what is the same each time.

For the forks of loaded_dbt.py and for unit_tests.py. What dbt builds and what it says stay what
they are.
"""

import functools
import re
from types import CodeType

from dbt import compilation
from dbt.clients.jinja import MacroGenerator
from dbt.context.macros import MacroNamespace
from dbt_common.clients import agate_helper
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from jinja2 import Environment

_make, _get, _fire = BaseEvent.__init__, BaseEvent.__getattr__, EventManager.fire_event
_compile, _gather = Environment.compile, MacroNamespace.__init__
_inject = compilation.inject_ctes_into_sql
_compiled: dict[tuple, CodeType] = {}
WITH = re.compile(r"\s*with(\s+recursive)?\s", re.IGNORECASE)


def _keep(self: BaseEvent, *given, **named) -> None:
    """Make a message only when somebody reads it: most are for debugging."""
    vars(self)["given"] = given, named


def _make_and_get(self: BaseEvent, name: str) -> object:
    if "given" in vars(self):
        given, named = vars(self).pop("given")
        _make(self, *given, **named)
    return _get(self, name)


def _fire_if_shown(
    self: EventManager, e: BaseEvent, level: EventLevel | None = None, *more, **named
) -> None:
    if (level or e.level_tag()) != EventLevel.DEBUG:
        _fire(self, e, level, *more, **named)


def _compile_once(self: Environment, source: str, *more, **named) -> CodeType | str:
    """Compile each template once: dbt makes an environment of its own for each of them."""
    if more or named or not isinstance(source, str):
        return _compile(self, source, *more, **named)
    key = type(self), source
    if key not in _compiled:
        _compiled[key] = _compile(self, source)
    return _compiled[key]


def _gather_flat(self: MacroNamespace, *given, **named) -> None:
    """Look for each macro in its places once, not at each mention."""
    _gather(self, *given, **named)
    self.flat = {}
    for place in reversed(list(self._search_order())):
        self.flat.update(place)


def _macro(self: MacroNamespace, name: str) -> MacroGenerator:
    return self.flat[name]


def _names(self: MacroNamespace) -> set[str]:
    return set(self.flat)


def _inject_after_with(sql: str, ctes: list[compilation.InjectedCTE]) -> str:
    """Put CTEs first without taking a statement apart that begins with its own."""
    found = WITH.match(sql)
    if not (ctes and found):
        return _inject(sql, ctes)
    injected = "".join(f"{cte.sql}, " for cte in ctes)
    return sql[: found.end()] + injected + sql[found.end() :]


def install() -> None:
    """Put it in place."""
    BaseEvent.__init__, BaseEvent.__getattr__ = _keep, _make_and_get
    EventManager.fire_event = _fire_if_shown
    Environment.compile = _compile_once
    MacroNamespace.__init__ = _gather_flat
    MacroNamespace.__getitem__, MacroNamespace._keys = _macro, _names
    compilation.inject_ctes_into_sql = _inject_after_with
    agate_helper.empty_table = functools.cache(agate_helper.empty_table)
