"""What the reader noticed in a year's receipts, and how many rows it took."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ledger.diagnostics import Diagnostic, Level

KEPT: Final = 1_000
"""Diagnostics that are kept; they are counted all the same."""


@dataclass
class Counts:
    """See `ledger.source.PathCounts`."""

    fast_rows: int = 0
    exact_rows: int = 0
    set_aside_rows: int = 0


@dataclass
class Log:
    """See `ledger.source.Diagnostics`."""

    items: list[Diagnostic] = field(default_factory=list)
    errors: int = 0
    counts: Counts = field(default_factory=Counts)

    def left_out(self, where: str, message: str) -> None:
        """Note what was left out, so that the load is held."""
        self.errors += 1
        self._keep("procountor_unreadable", Level.ERROR, where, message, "it was left out")

    def assumed(self, code: str, where: str, message: str, how: str) -> None:
        """Note an assumption that could be wrong."""
        self._keep(code, Level.WARNING, where, message, how)

    def _keep(self, code: str, level: Level, where: str, message: str, assumed: str) -> None:
        if len(self.items) < KEPT:
            self.items.append(Diagnostic(code, level, 0, where, message, assumed))
