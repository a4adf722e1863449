"""Pushing one tenant's documents: claim, store, call, store; look for what is in doubt.

What may be done next is decided by `ledger.push.advance` alone. A run first looks at what is newer
than where the last one ended, so that a hub that was restored from a copy adopts what it finds
there before it sends anything.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from blocks.hub import Hub
from blocks.hub.outbox import Queued
from blocks.steps import PUSH_STEPS, reached
from blocks.systems.targets import Claim, PushTarget
from ledger.push.events import (
    Action,
    Begun,
    Call,
    Event,
    Found,
    ReadState,
    Rescued,
    Search,
    StateRead,
)
from ledger.push.events import Walked as WalkedEvent
from ledger.push.items import Clock, Item, Phase, Step
from tasks.log import say, warn

MAX_DOCUMENTS: Final = 500
"""Documents of one run."""

MAX_RUN_S: Final = 600.0
"""Longest run; the next one goes on; seconds."""

SPARE_S: Final = 30.0
"""By how much a claim outlasts the longest call; seconds."""

PAUSING: Final = frozenset({"401", "403"})
"""Answers by which a credential is broken: nothing more is sent for the tenant."""

EPOCH: Final = uuid.uuid4().hex
"""Names this process's clock."""


def now() -> Clock:
    """Return this moment on the clock that counts suspension."""
    return Clock(time.clock_gettime(time.CLOCK_BOOTTIME), EPOCH)


@dataclass
class Pusher:
    """The work on one tenant's documents for one target.

    `limit_s` and `pause_s`: how long it goes on, and the longest pause while nothing is due.
    """

    hub: Hub
    tenant: str
    system: str
    target: PushTarget
    run_id: str = ""
    max_documents: int = MAX_DOCUMENTS
    limit_s: float = MAX_RUN_S
    pause_s: float = 1.0
    ends: Counter[str] = field(default_factory=Counter)

    async def run(self) -> Counter[str]:
        """Work until nothing is due, or a limit is reached; return how documents ended.

        The caller holds the tenant's push lease.
        """
        began = now().seconds
        await self._first_look()
        touched: set[int] = set()
        while now().seconds - began < self.limit_s and len(touched) < self.max_documents:
            if reason := self.hub.push_marks.paused(self.tenant, self.system):
                warn(f"Paused: {reason}", tenant=self.tenant)
                break
            due, wait_s = await asyncio.to_thread(self._due)
            if due is None:
                if wait_s is None or now().seconds - began + wait_s > self.limit_s:
                    break
                await asyncio.sleep(min(wait_s, self.pause_s))
                continue
            touched.add(due.id)
            await self._work(due)
        self._count(touched)
        return self.ends

    async def _first_look(self) -> None:
        """Adopt what is there with a key of ours that the outbox does not know as created."""
        mark = self.hub.push_marks.of(self.tenant, self.system)
        walk = await self.target.walk(mark, {})
        known = self.hub.outbox.keys(self.tenant, self.system, list(walk.ours))
        for key, queued in known.items():
            for target_id in sorted(walk.ours[key]):
                if queued.item.target_id != target_id:
                    self._apply(queued, Found(target_id))
                    say(f"{queued.source_id} was found there and adopted", tenant=self.tenant)
        if walk.is_complete and walk.newest:
            self.hub.push_marks.set(self.tenant, self.system, walk.newest)

    def _due(self) -> tuple[Queued | None, float | None]:
        """Return the next document with something to do now, else how long until one has."""
        soonest: float | None = None
        for queued in self.hub.outbox.open_items(
            self.tenant, self.system, limit=self.max_documents
        ):
            wait_s = self._wait(queued)
            if wait_s is not None and wait_s <= 0:
                return queued, 0.0
            if wait_s is not None:
                soonest = wait_s if soonest is None else min(soonest, wait_s)
        return None, soonest

    def _wait(self, queued: Queued) -> float | None:
        """Return how long a document waits; None when only a later run can do something."""
        if queued.claimed_until and queued.claimed_until > self.hub.database.now():
            return None
        if queued.item.phase is Phase.SENDING:
            return 0.0
        action = self._next(queued.item)
        if isinstance(action, Search | ReadState):
            return action.wait_s
        if action is None:
            at = queued.item.ready_at
            return max(0.0, at.seconds - now().seconds) if at and at.epoch == EPOCH else 0.0
        return 0.0

    def _next(self, item: Item) -> Action | None:
        from ledger.push.advance import advance  # noqa: PLC0415 - asked without an event

        return advance(item, None, rules=self.target.rules, now=now())[1]

    async def _work(self, queued: Queued) -> None:
        if queued.item.phase is Phase.SENDING:
            self._apply(queued, Rescued())
            return
        action = self._next(queued.item)
        if action is None:
            return
        lasts = dt.timedelta(seconds=self.target.request_limit_s + SPARE_S)
        # Read before the hub's: the claim ends no later there than here.
        until_s = now().seconds + SPARE_S
        token = await asyncio.to_thread(self.hub.outbox.claim, queued, lasts=lasts)
        if token is None:
            return
        try:
            if isinstance(action, Call):
                await self._call(queued, action.step, Claim(token, until_s))
            elif isinstance(action, Search):
                await self._search(queued)
            else:
                await self._read(queued, action.step)
        finally:
            self.hub.outbox.release(queued, token)

    async def _call(self, queued: Queued, step: Step, claim: Claim) -> None:
        mark = queued.item.mark or self.hub.push_marks.of(self.tenant, self.system)
        digest = self.target.request_digest(step, queued)
        begun = self._apply(queued, Begun(claim.token, digest, mark))
        reached("push.begun", among=PUSH_STEPS)
        event = await self.target.call(step, begun, claim)
        reached("push.answered", among=PUSH_STEPS)
        after = self._apply(begun, event)
        reached("push.stored", among=PUSH_STEPS)
        if after.item.answer_code in PAUSING:
            reason = f"the target answered {after.item.answer_code}: its credential is not valid"
            self.hub.push_marks.pause(self.tenant, self.system, reason=reason)

    async def _search(self, queued: Queued) -> None:
        began_s = now().seconds
        key = queued.item.key
        walk = await self.target.walk(queued.item.mark, {key: queued})
        none: frozenset[str] = frozenset()
        event = WalkedEvent(
            walk.is_complete,
            walk.ours.get(key, none),
            walk.lookalikes.get(key, none),
            began_s,
        )
        self._apply(queued, event)

    async def _read(self, queued: Queued, step: Step) -> None:
        began_s = now().seconds
        finding = await self.target.read(step, queued)
        self._apply(queued, StateRead(finding, began_s))

    def _apply(self, queued: Queued, event: Event) -> Queued:
        after, _ = self.hub.outbox.apply(
            queued,
            event,
            rules=self.target.rules,
            now=now(),
            run_id=self.run_id,
        )
        return after

    def _count(self, touched: set[int]) -> None:
        for queued in self.hub.outbox.listed(self.tenant, self.system):
            if queued.id in touched:
                self.ends[queued.item.state] += 1
