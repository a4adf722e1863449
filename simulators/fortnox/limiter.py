"""The sliding window: so many requests per client and tenant in so many seconds.

Source: Fortnox developer page "Rate limits": 25 per 5 seconds, keyed on client-id and tenant. That
refused requests count too is read from "until enough time has passed to make the average 25
requests per period again".
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Final

RATE_LIMIT: Final = 25
"""Requests per window."""

RATE_WINDOW_S: Final = 5.0


class SlidingWindow:
    """Counts requests per key. It reads real time, whatever the simulator's clock says."""

    def __init__(
        self,
        limit: int = RATE_LIMIT,
        window_s: float = RATE_WINDOW_S,
        *,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with no requests seen."""
        self.limit = limit
        self.window_s = window_s
        self._now_s = now_s
        # The newest `limit` requests decide: older ones cannot keep a request out.
        self._lock = threading.Lock()
        self._seen: dict[object, deque[float]] = defaultdict(lambda: deque(maxlen=self.limit))

    def admits(self, key: object) -> bool:
        """Count a request and say whether it is within the limit; a refused one counts too."""
        with self._lock:
            now_s = self._now_s()
            seen = self._seen[key]
            full = len(seen) == self.limit and now_s - seen[0] < self.window_s
            seen.append(now_s)
            return not full
