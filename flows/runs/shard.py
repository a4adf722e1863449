"""The work of a shard of the night: each of its tenants once, a few at a time, none twice."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Final

from blocks.hub import NightRow, NightState
from blocks.systems.registry import system
from flows.runs.away import Away
from flows.runs.look import Look, Next, look_at
from ledger.outcome import Outcome
from tasks.log import say, warn
from tasks.notify import notify
from tasks.patience import patiently
from tasks.stores import Stores

PAUSES_S: Final = (600.0, 2_400.0)
"""A system that is away is tried again after each of these, and then not any more that night."""

DEATHS: Final = 2
"""Deaths of a shard with a tenant in hand, after which that tenant gets a run of its own."""

STALL_LIMIT_S: Final = 1_800.0
"""When no tenant has come to an end for so long, although each look and each question to the server
is limited, threads hang."""

LOOK_EVERY_S: Final = 30.0
"""Between two questions whether the shard stalls."""

Looking = Callable[[Stores, NightRow], Awaitable[Look]]
HandingOn = Callable[[NightRow], Awaitable[str]]
"""Makes the run of a row, or finds it, and returns its id; empty if there is no server."""


def die() -> None:
    """End this process as a crash does: what hangs in its threads lets it end in no other way."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Shard:
    """A shard at work.

    `hand_on`: makes runs. `check`: raises once the shard is another run's. `to_retry`: rows that
    failed for a reason that may pass. `without_run`: rows whose run could not be made. `given_up`:
    rows whose system was away to the end.
    """

    stores: Stores
    hand_on: HandingOn
    _: KW_ONLY
    run_id: str
    at_once: int
    check: Callable[[], None] = lambda: None
    look: Looking = look_at
    pauses_s: Sequence[float] = PAUSES_S
    away: Away = field(default_factory=Away)
    to_retry: list[NightRow] = field(default_factory=list)
    without_run: list[NightRow] = field(default_factory=list)
    given_up: list[NightRow] = field(default_factory=list)
    on_stall: Callable[[], None] = die
    moved_s: float = field(default_factory=time.monotonic)
    _waiting: deque[NightRow] = field(default_factory=deque)
    _is_last: bool = False

    async def work(self, rows: Iterable[NightRow]) -> None:
        """Look at every row that has no outcome, or failed; leave nothing open that could be done.

        Raises:
            LeaseLost: Another run has the shard.
        """
        await self._pass(rows)
        self._is_last = True
        await self._pass(self._left())
        for pause_s in self.pauses_s:
            if not self.to_retry:
                return
            names = ", ".join(sorted(self.away.systems))
            say(f"Nothing comes from {names}: tried again in {pause_s / 60:g} minutes")
            await asyncio.sleep(pause_s)
            self.away.reopen()
            await self._pass(self._left())
        for row in self._left():
            await self._give_up(row)

    def _left(self) -> list[NightRow]:
        left, self.to_retry = self.to_retry, []
        return left

    async def _pass(self, rows: Iterable[NightRow]) -> None:
        """Work on rows with as many workers as there may be looks: memory follows these alone."""
        self._waiting, self.moved_s = deque(rows), time.monotonic()
        try:
            async with asyncio.TaskGroup() as workers:
                at_work = [workers.create_task(self._worker()) for _ in range(self.at_once)]
                await self._watch(at_work)
        except BaseExceptionGroup as several:
            # The first ended the others; a run's state names one.
            raise several.exceptions[0] from None

    async def _watch(self, at_work: Sequence[asyncio.Task[None]]) -> None:
        """Wait for the workers; end this process when they hang, as others wait for it."""
        left = set(at_work)
        while left:
            _, left = await asyncio.wait(left, timeout=LOOK_EVERY_S)
            if left and time.monotonic() - self.moved_s > STALL_LIMIT_S:
                warn(
                    "Nothing has moved for long: this process ends, and the shard is taken up again"
                )
                self.on_stall()

    async def _worker(self) -> None:
        while self._waiting:
            row = self._waiting.popleft()
            self.check()
            await self._one(row)
            self.moved_s = time.monotonic()

    async def _one(self, row: NightRow) -> None:
        if row.system in self.away.systems and row.state is not NightState.HANDED_ON:
            self.to_retry.append(row)
            return
        nights = self.stores.hub.nights
        taken = await patiently(nights.take, row, run_id=self.run_id)
        if taken is None:
            return
        if taken.state is NightState.HANDED_ON:
            await self._make_run(taken)
        elif taken.deaths >= DEATHS:
            why = f"{taken.deaths} times in hand when a process of the night died"
            await self._hand_on(taken, Look(Next.RUN, Outcome.FAILED, why))
        else:
            await self._follow(taken, await self.look(self.stores, taken))

    async def _follow(self, row: NightRow, look: Look) -> None:
        if self.away.note(row.tenant, row.system, failed=look.is_away):
            await self._notify(row)
        if look.next is Next.RETRY and (not self._is_last or row.system in self.away.systems):
            await patiently(self.stores.hub.nights.put_back, row, reason=look.reason)
            self.to_retry.append(row)
        elif look.next is Next.NOTHING:
            settle = self.stores.hub.nights.settle
            what = {"calls": look.calls, "took_s": look.took_s, "held_since": look.held_since}
            await patiently(settle, row, look.outcome, reason=look.reason, **what)
        else:
            await self._hand_on(row, look)

    async def _hand_on(self, row: NightRow, look: Look) -> None:
        what = {"calls": look.calls, "took_s": look.took_s}
        if await patiently(self.stores.hub.nights.hand_on, row, reason=look.reason, **what):
            await self._make_run(row)

    async def _make_run(self, row: NightRow) -> None:
        run_id = await self.hand_on(row)
        if run_id:
            await patiently(self.stores.hub.nights.handed_to, row, run_id=run_id)
        else:
            self.without_run.append(row)

    async def _notify(self, row: NightRow) -> None:
        """Tell somebody of an outage, once a night."""
        title = system(row.system).title
        warn(f"{title} is left alone for a while: nothing came for several tenants in a row")
        if await patiently(self.stores.hub.nights.tell_outage, row.system, row.night):
            await notify(
                f"Nothing comes from {title}",
                f"The night of {row.night} goes on with the other systems and tries {title} again "
                "twice. Tenants that it does not reach are named in the tables of the shards.",
            )

    async def _give_up(self, row: NightRow) -> None:
        """Say that a tenant's system was away; a look that another run has made since stays."""
        taken = await patiently(self.stores.hub.nights.take, row, run_id=self.run_id)
        if taken is not None and taken.state is NightState.LOOKING:
            title = system(row.system).title
            why = f"nothing came from {title}, which was tried again {len(self.pauses_s)} times"
            await patiently(self.stores.hub.nights.settle, taken, Outcome.FAILED, reason=why)
            self.given_up.append(row)
