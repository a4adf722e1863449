"""What goes wrong with the feed next."""

from __future__ import annotations

from collections import deque
from enum import StrEnum


class Fault(StrEnum):
    """One call's fault. What is repeated or shuffled keeps the contract; the others break off."""

    BUSY = "busy"
    """429 with Retry-After."""
    ERROR = "error"
    LOST = "lost"
    """No answer: the connection is dropped."""
    CUT = "cut"
    """The body ends before its length."""
    HTML = "html"
    UNAUTHORIZED = "unauthorized"
    REPEATED = "repeated"
    """A page holds each item twice."""
    SHUFFLED = "shuffled"
    """A page holds its items in another order."""
    SPOILT = "spoilt"
    """A page holds an item that is not as agreed."""


class Faults:
    """Faults that wait for the calls of a path, each for one."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[str, Fault]] = deque()

    def plant(self, fault: Fault, path: str = "feed", *, times: int = 1) -> None:
        """Let the next calls of a path go wrong."""
        self._waiting.extend([(path, fault)] * times)

    def take(self, path: str) -> Fault | None:
        """Return what goes wrong with this call."""
        for one in self._waiting:
            if path.startswith(one[0]):
                self._waiting.remove(one)
                return one[1]
        return None

    def clear(self) -> None:
        """Let nothing more go wrong."""
        self._waiting.clear()
