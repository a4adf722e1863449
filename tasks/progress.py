"""How far a long step is, in per cent: for a bar at the prompt, else for the log of a run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Final, TypeVar

from blocks import progress
from tasks.log import say

Piece = TypeVar("Piece")

SAY_EVERY_S: Final = 15.0
"""Between two lines of the log; a step that is over before has none."""

listener: Final[ContextVar[Callable[[int], None] | None]] = ContextVar("listener", default=None)
"""Hears the per cent of the present step in place of the log."""


class Teller:
    """Lets it be known how far a step is: at once to a listener, else now and then to the log."""

    def __init__(self, what: str) -> None:
        self._what, self._hear, self._logged_at = what, listener.get(), time.monotonic()

    def tell(self, done: int, of: int) -> None:
        """Say that so many are done; nothing where nobody knows of how many."""
        if not of:
            return
        percent = min(100, 100 * done // of)
        if self._hear:
            self._hear(percent)
        elif time.monotonic() - self._logged_at >= SAY_EVERY_S:
            say(f"{self._what}: {percent} %")
            self._logged_at = time.monotonic()


def counted(pieces: Iterator[Piece], *, of: int, what: str) -> Iterator[Piece]:
    """Yield the pieces, and let it be known after each how many per cent that is.

    Args:
        pieces: What the step takes one after the other.
        of: How many there will be; 0 when nobody knows, and then nothing is said.
        what: What is being done, for the log.
    """
    teller = Teller(what)
    for number, piece in enumerate(pieces, start=1):
        yield piece
        teller.tell(number, of)


def walked(what: str) -> AbstractContextManager[None]:
    """Let it be known in the body how far each walk through a source's pages is."""
    return progress.heard_by(Teller(what).tell)
