"""What the reader could not read of a year."""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.diagnostics import Diagnostic, Level


@dataclass
class Log:
    """See `ledger.source.Diagnostics`."""

    items: list[Diagnostic] = field(default_factory=list)
    errors: int = 0

    def left_out(self, where: str, message: str, *, count: int = 1) -> None:
        """Note what was left out, so that the load is held."""
        self.errors += count
        found = Diagnostic("fennoa_unreadable", Level.ERROR, 0, where, message, "it was left out")
        self.items.append(found)
