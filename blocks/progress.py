"""How far a walk through pages is, for whoever wants to know: nobody has to listen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Final

listener: Final[ContextVar[Callable[[int, int], None] | None]] = ContextVar("walks", default=None)
"""Hears how many of how many pieces have come."""


def came(done: int, of: int) -> None:
    """Let it be known that so many of the pieces have come; of a single one there is no news."""
    if of > 1 and (hear := listener.get()):
        hear(min(done, of), of)


@contextmanager
def heard_by(hear: Callable[[int, int], None] | None) -> Iterator[None]:
    """Let the body's walks be known to somebody, and to nobody else."""
    token = listener.set(hear)
    try:
        yield
    finally:
        listener.reset(token)


def share(number: int, *, of: int) -> AbstractContextManager[None]:
    """Have a walk in the body count as one of so many alike, the first of which is number 0.

    What is walked twice is then half done after the first time, and never falls back to nothing.
    """
    hear = listener.get()
    if hear is None:
        return unheard()
    return heard_by(lambda done, pieces: hear(number * pieces + done, of * pieces))


def unheard() -> AbstractContextManager[None]:
    """Let nothing be known of the short walks in the body, beside a long one."""
    return heard_by(None)
