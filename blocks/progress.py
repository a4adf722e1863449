"""How far a walk through pages is, for whoever wants to know: nobody has to listen."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

listener: Final[ContextVar[Callable[[int, int], None] | None]] = ContextVar("walks", default=None)
"""Hears how many of how many pieces have come."""


def came(done: int, of: int) -> None:
    """Let it be known that so many of the pieces have come; of a single one there is no news."""
    if of > 1 and (hear := listener.get()):
        hear(min(done, of), of)
