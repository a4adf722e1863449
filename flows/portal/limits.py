"""How often somebody may ask: counted in this process, since there is one.

A restart forgets the counts; what they hold up is guessing by the thousand, not by the ten.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

MAX_KEYS: Final = 20_000
"""Most askers that one limit counts; the one that asked longest ago is forgotten first."""

ONE_SITE_BITS: Final = 64
"""So long is the network of IPv6 in which one site picks its addresses as it likes (RFC 4291)."""


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
attempts to sign in that failed."""


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
        # One for each limit: whoever floods one makes no other forget.
        self._asked: dict[str, OrderedDict[str, deque[float]]] = {
            name: OrderedDict() for name in limits
        }

    def allows(self, name: str, asker: str) -> bool:
        """Count one more, and return whether it is within the limit."""
        limit, now = self._limits[name], self._clock()
        with self._lock:
            asked = self._asked[name]
            times = asked.pop(asker, None) or deque()
            asked[asker] = times
            while times and times[0] <= now - limit.window_s:
                times.popleft()
            is_allowed = len(times) < limit.count
            if is_allowed:
                times.append(now)
            while len(asked) > self._max_keys:
                asked.popitem(last=False)
        return is_allowed

    def give_back(self, name: str, asker: str) -> None:
        """Take the last one off the count again: it turned out to be none of those to limit."""
        with self._lock:
            if times := self._asked[name].get(asker):
                times.pop()


def asker_of(address: str) -> str:
    """Return whom an address is counted as: itself, or its site's network where it is IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), ONE_SITE_BITS), strict=False))
