"""A pace that several processes keep together: each starts calls by a share, a second at a time.

Who gives shares sees to it that those which may count in one period never come to more than the
vendor's limit (`blocks.hub.rate_shares`); here each process keeps to its own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from blocks.http.limiter import ARRIVAL_LIMIT_S, MARGIN_S, SlidingWindow

SHARE_S: Final = 1.0
"""How long a share lasts; seconds."""

RENEWED_AT_S: Final = 0.5
"""A share is renewed when so much of it is left, mostly while the window is full; seconds."""

WAIT_S: Final = 0.1
"""Pause of who got nothing before asking again; seconds."""


@dataclass(frozen=True)
class Asked:
    """What a process asks for. `limit`: most calls in a period, of all that ask for the scope.

    `counts_s`: how long a call may count at the vendor after the share by which it was started.
    """

    scope: str
    holder: str
    limit: int
    lasts_s: float
    counts_s: float


class Shares(Protocol):
    """Gives shares to all processes."""

    async def take(self, asked: Asked) -> int:
        """Return how many calls within a period a share has; 0 when there is none at the moment."""

    async def leave(self, scope: str, holder: str, *, used: int) -> None:
        """Take back what a holder has, but for the calls that it made and that still count."""


class SharedWindow(SlidingWindow):
    """A `SlidingWindow` whose calls are those of the share that is held.

    Args:
        scope: What the vendor counts together, such as one client of ours.
        holder: Names this window among those of all processes; a forked one is told apart by us.
        shares: Gives shares. It may be changed at any time.
        limit: Most calls within a period, of everybody.
        period_s: Length of the period, in seconds.
        clock: A clock that never goes back, in seconds.
    """

    def __init__(
        self,
        *,
        scope: str,
        holder: str,
        shares: Shares,
        limit: int,
        period_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(calls=0, period_s=period_s, clock=clock)
        self.shares = shares
        self._scope, self._holder, self._limit = scope, holder, limit
        self._ends_at = self._asked_at = -SHARE_S
        self._process = os.getpid()

    async def _pause_s(self) -> float:
        self._forget_parent()
        if self._clock() >= self._ends_at - RENEWED_AT_S and self._may_ask():
            await self._renew()
        if self._clock() >= self._ends_at or not self.calls:
            return WAIT_S
        return self._wait_s()

    def _may_ask(self) -> bool:
        return self._clock() >= self._asked_at + WAIT_S

    async def _renew(self) -> None:
        # The share begins when it was asked for: it is never thought longer than it is.
        self._asked_at = asked_at = self._clock()
        asked = Asked(
            scope=self._scope,
            holder=self._name,
            limit=self._limit,
            lasts_s=SHARE_S,
            counts_s=self.period_s + ARRIVAL_LIMIT_S + MARGIN_S,
        )
        calls = await self.shares.take(asked)
        if calls:
            self.calls, self._ends_at = calls, asked_at + SHARE_S

    async def leave(self) -> None:
        """Leave what is not used to others; the next call asks anew."""
        if self._clock() < self._ends_at and self._process == os.getpid():
            self._ends_at = -SHARE_S
            await self.shares.leave(self._scope, self._name, used=len(self.ages()))

    @property
    def _name(self) -> str:
        return f"{self._holder}:{self._process}"

    def _forget_parent(self) -> None:
        """Begin without a share in a process that was forked from one that had it."""
        if self._process != os.getpid():
            self._process, self._ends_at = os.getpid(), -SHARE_S
