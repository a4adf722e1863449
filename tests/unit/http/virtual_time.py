"""Time for tests of a pace: it passes only when everybody sleeps."""

from __future__ import annotations

import asyncio
import selectors


class Instant(selectors.DefaultSelector):
    """Sleeps by moving the clock."""

    now = 0.0

    def select(self, timeout=None):
        self.now += timeout or 0.0
        return super().select(0)


def simulate(work):
    """Run ``work(clock)`` in an event loop whose time jumps to the next thing to do."""
    selector = Instant()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now
    try:
        return loop.run_until_complete(work(loop.time))
    finally:
        loop.close()


async def call(window, clock, arrivals, *, way_s, answer_s):
    """Make a call that takes so long to get there, and so long to be answered from then."""
    async with window.turn() as answered:
        await asyncio.sleep(way_s)
        arrivals.append(clock())
        await asyncio.sleep(answer_s)
        answered()


def most_in_a_period(arrivals, *, period_s):
    """Return the most calls that arrived within any period."""
    ordered = sorted(arrivals)
    return max(sum(1 for other in ordered if at <= other < at + period_s) for at in ordered)
