"""Which systems a shard of the night leaves alone for a while, since nothing comes from them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

FAILED_IN_A_ROW: Final = 10
"""Tenants of a system whose calls fail one after another, after which it is taken to be away."""


@dataclass
class Away:
    """Counts failures in a row by system; what is away is left alone until `reopen`.

    The count goes on until something comes: after a pause one failure is enough for the next. A
    tenant counts once in a row: those that failed by themselves stand in one when they are looked
    at again.
    """

    in_a_row: Counter[str] = field(default_factory=Counter)
    systems: set[str] = field(default_factory=set)
    _failed: set[tuple[str, str]] = field(default_factory=set)

    def note(self, tenant: str, system: str, *, failed: bool) -> bool:
        """Count what became of a look; say whether the system is away from now on."""
        if not failed:
            del self.in_a_row[system]
            self.systems.discard(system)
            return False
        if (tenant, system) not in self._failed:
            self._failed.add((tenant, system))
            self.in_a_row[system] += 1
        begins = self.in_a_row[system] >= FAILED_IN_A_ROW and system not in self.systems
        if begins:
            self.systems.add(system)
        return begins

    def reopen(self) -> None:
        """Leave nothing alone any more."""
        self.systems.clear()
