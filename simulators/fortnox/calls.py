"""What was asked of the simulator."""

from __future__ import annotations

import datetime as dt
import threading
from collections import deque
from typing import Final, NamedTuple

CALLS_KEPT: Final = 500_000
"""The newest so many calls are remembered."""

NO_ANSWER: Final = 0
"""The status of a call whose answer was dropped."""


class _Fields(NamedTuple):
    at: dt.datetime
    tenant: int | None
    method: str
    path: str
    status: int


class Call(_Fields):
    """One call: when (UTC), for whom, what, and how it ended. `query` is what followed the path."""

    query: str = ""


class Calls:
    """A list that one thread writes and others read."""

    def __init__(self, *, kept: int = CALLS_KEPT) -> None:
        """Begin empty."""
        self._calls: deque[Call] = deque(maxlen=kept)
        self._lock = threading.Lock()

    def add(self, call: Call) -> None:
        """Remember a call."""
        with self._lock:
            self._calls.append(call)

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._calls.clear()

    def all(self) -> list[Call]:
        """Give all calls, oldest first."""
        with self._lock:
            return list(self._calls)

    def matching(self, tenant: int | None = None, path: str = "") -> list[Call]:
        """Give the calls of a tenant (None: of all) whose path begins with ``path``."""
        return [
            call
            for call in self.all()
            if tenant in (None, call.tenant) and call.path.startswith(path)
        ]
