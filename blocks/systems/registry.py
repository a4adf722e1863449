"""Which vendors' systems there are: one line each, and nothing else in the project lists them."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Final

from blocks.systems import FORTNOX
from ledger.errors import TerminalError

SYSTEMS: Final = {
    FORTNOX: "blocks.systems.fortnox",
}
"""Name of each system, as the hub's connections have it, and the package that speaks to it."""

PARTS: Final = ("SYSTEM", "BLOCKS", "CATALOGUE", "open_session", "preflight")
"""What every such package offers; `tests/contract` says what one lacks."""

SESSION_PARTS: Final = ("company", "financial_years", "pull_year", "voucher", "calls")
"""What every session offers that is opened there."""


class UnknownSystem(TerminalError):
    """A system was named that this release does not know."""

    sentence = "There is no system {system!r}; there are {known}."


def system(name: str) -> ModuleType:
    """Return the package of a system; loaded on first use, since most commands need none.

    Raises:
        TerminalError: There is no such system.
    """
    if name in SYSTEMS:
        return import_module(SYSTEMS[name])
    raise UnknownSystem(system=name[:80], known=", ".join(SYSTEMS))
