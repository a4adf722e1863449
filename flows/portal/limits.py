"""How often somebody may ask: counted in this process, since there is one.

A restart forgets the counts; what they hold up is guessing by the thousand, not by the ten.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

MAX_KEYS: Final = 20_000
"""Most askers that are counted at once; the one that asked longest ago is forgotten first."""


@dataclass(frozen=True)
class Limit:
    """At most ``count`` within ``window_s`` seconds."""

    count: int
    window_s: float


LIMITS: Final[Mapping[str, Limit]] = {
    "sign-in": Limit(100, 900.0),
    "account": Limit(10, 900.0),
    "links": Limit(60, 600.0),
    "polls": Limit(600, 600.0),
}
"""By one address: attempts to sign in, uses of links, looks at how one stands. By one account:
attempts to sign in."""


class Limiter:
    """Counts by the name of a limit and whoever asks; safe for threads."""

    def __init__(
        self,
        limits: Mapping[str, Limit] = LIMITS,
        *,
        clock: Callable[[], float] = time.monotonic,
        max_keys: int = MAX_KEYS,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._max_keys = max_keys
        self._lock = threading.Lock()
        self._asked: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def allows(self, name: str, asker: str) -> bool:
        """Count one more, and return whether it is within the limit."""
        limit, now = self._limits[name], self._clock()
        with self._lock:
            times = self._asked.pop((name, asker), None) or deque()
            self._asked[name, asker] = times
            while times and times[0] <= now - limit.window_s:
                times.popleft()
            is_allowed = len(times) < limit.count
            if is_allowed:
                times.append(now)
            while len(self._asked) > self._max_keys:
                self._asked.popitem(last=False)
        return is_allowed
