"""A pace that never breaks a vendor's sliding window: at most so many calls in any so many seconds.

What counts at the vendor is when a call arrives there, which lies between its start and its
answer. A call therefore holds its place until one period after it was *answered*: then whatever
starts later also arrives later than a whole period after it. A slow answer counts as arrived
`ARRIVAL_LIMIT_S` after its start, so that long downloads do not hold places for long.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

ARRIVAL_LIMIT_S: Final = 1.0
"""Longest time that a request is thought to take to the vendor; seconds."""

MARGIN_S: Final = 0.02
"""Added to the period, since two clocks never run alike; seconds."""

POLL_INTERVAL_S: Final = 0.05
"""Pause before looking again while the oldest call may be answered any moment; seconds."""

SHORTEST_WAIT_S: Final = 0.001

MAX_WAIT_OUT_S: Final = 60.0
"""Longest pause after the vendor said that the limit is broken; seconds."""


@dataclass
class _Call:
    started: float
    answered: float | None = None

    def arrived_by(self) -> float:
        latest = self.started + ARRIVAL_LIMIT_S
        return latest if self.answered is None else min(self.answered, latest)


class SlidingWindow:
    """Lets calls start in the order in which they asked, and no more than the window takes.

    Args:
        calls: Most calls within a period.
        period_s: Length of the period, in seconds.
        recent: Seconds since each of the calls that somebody else made under the same limit.
        clock: A clock that never goes back, in seconds.
    """

    def __init__(
        self,
        *,
        calls: int,
        period_s: float,
        recent: Iterable[float] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.calls, self.period_s = calls, period_s
        self._clock = clock
        self._turn = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed_until = clock()
        # A time that lies ahead is a clock that was set back; it counts as now.
        ages = (max(age, 0.0) for age in recent)
        self._made = [_Call(clock() - age, clock() - age) for age in ages]

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Callable[[], None]]:
        """Wait for a place and hold it; call what is yielded when the answer begins."""
        async with self._in_turn():
            while (wait_s := await self._pause_s()) > 0:  # noqa: ASYNC110 - what ends it is time
                await asyncio.sleep(wait_s)
            call = _Call(self._clock())
            self._made.append(call)

        def answered() -> None:
            call.answered = self._clock()

        yield answered

    def _in_turn(self) -> asyncio.Lock:
        """Return what wakes those who wait in their order; a window outlives event loops."""
        if self._loop is not (running := asyncio.get_running_loop()):
            self._turn, self._loop = asyncio.Lock(), running
        return self._turn

    def wait_out(self, *, retry_after_s: float = 0.0) -> None:
        """Let nothing start for a whole period, or longer if the vendor says so."""
        pause_s = min(max(retry_after_s, self.period_s + MARGIN_S), MAX_WAIT_OUT_S)
        self._closed_until = max(self._closed_until, self._clock() + pause_s)

    def ages(self) -> list[float]:
        """Seconds since each call that still counts, for whoever comes next."""
        now = self._clock()
        self._forget()
        return [max(now - call.arrived_by(), 0.0) for call in self._made]

    async def _pause_s(self) -> float:
        return self._wait_s()

    def _wait_s(self) -> float:
        now = self._clock()
        if now < self._closed_until:
            return self._closed_until - now
        self._forget()
        if len(self._made) < self.calls:
            return 0.0
        left_s = min(call.arrived_by() for call in self._made) + self._span_s - now
        is_open = any(call.answered is None for call in self._made)
        # Never 0: whether there is a place is decided above alone, not by a rounding of time.
        return max(min(left_s, POLL_INTERVAL_S) if is_open else left_s, SHORTEST_WAIT_S)

    def _forget(self) -> None:
        since = self._clock() - self._span_s
        self._made = [call for call in self._made if call.arrived_by() > since]

    @property
    def _span_s(self) -> float:
        return self.period_s + MARGIN_S
