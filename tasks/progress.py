"""How far a long step is, in per cent: for a bar at the prompt, else for the log of a run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Final, TypeVar

from tasks.log import say

Piece = TypeVar("Piece")

SAY_EVERY_S: Final = 15.0
"""Between two lines of the log; a step that is over before has none."""

listener: Final[ContextVar[Callable[[int], None] | None]] = ContextVar("listener", default=None)
"""Hears the per cent of the present step in place of the log."""


def counted(pieces: Iterator[Piece], *, of: int, what: str) -> Iterator[Piece]:
    """Yield the pieces, and let it be known after each how many per cent that is.

    Args:
        pieces: What the step takes one after the other.
        of: How many there will be; 0 when nobody knows, and then nothing is said.
        what: What is being done, for the log.
    """
    hear, logged_at = listener.get(), time.monotonic()
    for number, piece in enumerate(pieces, start=1):
        yield piece
        percent = min(100, 100 * number // of) if of else 0
        if hear and of:
            hear(percent)
        elif of and time.monotonic() - logged_at >= SAY_EVERY_S:
            say(f"{what}: {percent} %")
            logged_at = time.monotonic()
