"""Pushing one tenant's documents: claim, store, call, store; look for what is in doubt.

What may be done next is decided by `ledger.push.advance` alone. A run first looks at what is newer
than where the last one ended, so that a hub that was restored from a copy adopts what it finds
there before it sends anything.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from blocks.hub import ConnectionState, Hub, LeaseTaken
from blocks.hub.outbox import Claimed, Queued
from blocks.lake import Lake
from blocks.steps import PUSH_STEPS, reached
from blocks.systems.lease import company_lease, push_lease
from blocks.systems.registry import open_target
from blocks.systems.targets import Before, Claim, PushTarget, Walk
from ledger.push.advance import Impossible, advance
from ledger.push.events import (
    Begun,
    Call,
    Event,
    Found,
    Postponed,
    ReadState,
    Rescued,
    Search,
    StateRead,
)
from ledger.push.events import Walked as WalkedEvent
from ledger.push.items import READ_ONLY, Clock, Phase, Step
from ledger.push.kinds import PushKind
from tasks.log import say
from tasks.push_credits import bar_credits
from tasks.push_files import reading

MAX_DOCUMENTS: Final = 500
"""Documents of one run."""

MAX_RUN_S: Final = 600.0
"""Longest run; the next one goes on; seconds."""

SPARE_S: Final = 30.0
"""By how much a claim outlasts the longest call; seconds."""

PAUSING: Final = frozenset({"401", "403"})
"""Answers by which a credential is broken: nothing more is sent for the tenant."""

FIRST_LOOKS: Final = 3
"""Attempts at a run's first look; without a complete one nothing is sent."""

COMPANY_WAIT_S: Final = 10.0
"""Longest wait for another run that creates in the same company, and pause after it; seconds."""

BORN: Final = uuid.uuid4().hex


def now() -> Clock:
    """Return this moment on the clock that counts suspension.

    The epoch is this process's own, also where it was forked from one that had imported this.
    """
    return Clock(time.clock_gettime(time.CLOCK_BOOTTIME), f"{BORN}-{os.getpid()}")


async def push_tenant(
    hub: Hub,
    tenant: str,
    system: str,
    *,
    lake: Lake | None = None,
    run_id: str = "",
    wait_limit_s: float = 0.0,
) -> Pusher:
    """Push what a tenant has for a system, with the files that the lake keeps; return how it went.

    Raises:
        LeaseTaken: Another run pushes for the tenant.
        NotConnected, CallRefused, CallFailed: As `open_target`.
    """
    async with (
        push_lease(hub, tenant, system, run_id=run_id, wait_limit_s=wait_limit_s) as kept,
        open_target(hub, tenant, system, run_id=run_id) as target,
    ):
        target.files = reading(lake) if lake else None
        pusher = Pusher(hub, tenant, system, target, run_id=run_id, check=kept.check)
        await pusher.run()
    await asyncio.to_thread(_note, pusher)
    return pusher


def _note(pusher: Pusher) -> None:
    """Let the connection say whether the system answered, as it does of what is fetched.

    What else is wrong with it, such as with its ledger, an answer to a push does not mend.
    """
    connections, state = pusher.hub.connections, ConnectionState.UNREACHABLE
    if pusher.problem.startswith(UNSEEN):
        connections.troubled(pusher.tenant, pusher.system, state, reason=pusher.problem)
    elif pusher.looked and connections.get(pusher.tenant, pusher.system).status is state:
        connections.answered(pusher.tenant, pusher.system)


PAUSED: Final = "paused"
"""How the problem of a run begins for which somebody, or a refused credential, set a pause."""

UNSEEN: Final = "what is there could not be looked at in full"
"""How the problem of a run begins that did not get an answer to its first look."""


@dataclass
class Pusher:
    """The work on one tenant's documents for one target.

    `limit_s` and `pause_s`: how long it goes on, and the longest pause while nothing is due.
    `spare_s`: by how much a claim outlasts the longest call.
    """

    hub: Hub
    tenant: str
    system: str
    target: PushTarget
    run_id: str = ""
    check: Callable[[], None] = lambda: None
    """Raises when the tenant's lease was lost."""
    max_documents: int = MAX_DOCUMENTS
    limit_s: float = MAX_RUN_S
    pause_s: float = 1.0
    spare_s: float = SPARE_S
    ends: Counter[str] = field(default_factory=Counter)
    kinds: Counter[PushKind] = field(default_factory=Counter)
    """Of which kinds they were: an invoice brings its customer's or supplier's card along."""
    problem: str = ""
    """Why the run ended before its time; empty when it did not."""

    looked: set[PushKind] = field(default_factory=set)
    """Kinds of which everything that is there was seen; of no other anything is sent."""

    _marks: dict[PushKind, str] = field(default_factory=dict)
    """Up to where each of them was looked at; the tenant's lease keeps them as they are."""

    async def run(self) -> Counter[str]:
        """Work until nothing is due, or a limit is reached; return how documents ended.

        The caller holds the tenant's push lease.
        """
        began = now().seconds
        touched: dict[int, Queued] = {}
        if self._is_paused() or not await self._first_looks():
            return self.ends
        await asyncio.to_thread(self.hub.outbox.take_over, self.tenant, self.system, now())
        await asyncio.to_thread(bar_credits, self.hub, self.tenant, self.system, self._apply)
        while now().seconds - began < self.limit_s and len(touched) < self.max_documents:
            self.check()
            if self._is_paused():
                break
            due, wait_s = self._next_due()
            if due is None:
                if wait_s is None or now().seconds - began + wait_s > self.limit_s:
                    break
                await asyncio.sleep(min(wait_s, self.pause_s))
                continue
            touched[due.id] = due
            await self._work(due)
        self._count(touched)
        return self.ends

    def _next_due(self) -> tuple[Queued | None, float | None]:
        return self.hub.outbox.next_due(
            self.tenant, self.system, now(), kinds=self.looked, company=self.target.company
        )

    def _is_paused(self) -> bool:
        reason = self.hub.push_marks.paused(self.tenant, self.system)
        self.problem = f"{PAUSED}: {reason}" if reason else ""
        return bool(reason)

    async def _first_looks(self) -> bool:
        """Look at each kind of which there is something to do; return whether any was seen.

        A document of a kind that is added while the run goes on is the next run's.
        """
        kinds = await asyncio.to_thread(self.hub.outbox.open_kinds, self.tenant, self.system)
        for kind in kinds or [*self.target.kinds][:1]:
            if await self._first_look(kind):
                self.looked.add(kind)
            elif self.hub.push_marks.paused(self.tenant, self.system):
                self.looked.clear()
                break
        return bool(self.looked)

    async def _first_look(self, kind: PushKind) -> bool:
        """Adopt what is there with a key of ours that the outbox does not know as created.

        Returns:
            Whether everything newer than the mark was seen. If not, nothing of the kind may be
            sent: a hub that was restored from a copy could not know what it sends once more.
        """
        mark = self.hub.push_marks.of(self.tenant, self.system, kind)
        for _ in range(FIRST_LOOKS):
            walk = await self.target.walk(kind, mark, {})
            if walk.is_complete or walk.problem in PAUSING:
                break
            await asyncio.sleep(self.pause_s)
        self._adopt(walk)
        self._marks[kind] = walk.newest or mark
        if walk.is_complete and walk.newest:
            self.hub.push_marks.set(self.tenant, self.system, walk.newest, kind)
        elif not walk.is_complete:
            self._give_up(walk)
        return walk.is_complete

    def _adopt(self, walk: Walk) -> None:
        known = self.hub.outbox.keys(self.tenant, self.system, list(walk.ours))
        for key, queued in known.items():
            for target_id in sorted(walk.ours[key] - queued.item.seen - {queued.item.target_id}):
                self._apply(queued, Found(target_id))
                say(f"{queued.source_id} was found there as {target_id}", tenant=self.tenant)
        lost = {key: min(ids) for key, ids in walk.ours.items() if key not in known}
        self.hub.outbox.remember(self.system, lost)

    def _give_up(self, walk: Walk) -> None:
        self.problem = f"{UNSEEN}: {walk.problem or 'no answer, or not a whole one'}"
        if walk.problem in PAUSING:
            self._pause(walk.problem)

    def _pause(self, code: str) -> None:
        self.problem = f"the target answered {code}: its credential is not valid"
        self.hub.push_marks.pause(self.tenant, self.system, reason=self.problem)

    async def _work(self, queued: Queued) -> None:
        if queued.item.phase is Phase.SENDING:
            self._apply(queued, Rescued())
            return
        action = advance(queued.item, None, rules=self.target.rules, now=now())[1]
        if isinstance(action, Call):
            await self._take(queued, action.step)
        elif action:
            await self._look(queued, action)

    async def _take(self, queued: Queued, step: Step) -> None:
        """Take a step; the first one in its turn, where others push into the company too."""
        if not self.target.company or queued.item.finished:
            await self._prepare(queued, step)
            return
        try:
            async with company_lease(
                self.hub, self.target.company, run_id=self.run_id, wait_limit_s=COMPANY_WAIT_S
            ) as kept:
                await self._prepare(queued, step, check=kept.check)
        except LeaseTaken:
            self._apply(queued, Postponed("company_busy", COMPANY_WAIT_S))

    async def _prepare(
        self, queued: Queued, step: Step, *, check: Callable[[], None] = lambda: None
    ) -> None:
        """Learn what was waited for, read what has to be known before, then call."""
        learned = self.hub.outbox.learned(queued)
        if learned is None:
            return  # it is not due any more
        knowing = queued.knowing(learned)
        before = Before() if step in READ_ONLY else await self.target.before(step, knowing)
        if not isinstance(before, Before):
            self._paused_by(self._apply(queued, before))
            return
        check()
        await self._call(queued, knowing, step, before)

    async def _call(self, queued: Queued, knowing: Queued, step: Step, before: Before) -> None:
        # Read before the hub's: the claim ends no later there than here.
        until_s = now().seconds + self.spare_s
        begun = self._begun(queued, knowing, step, before)
        if begun is None:
            return
        document, claimed = begun
        with self._given_back(document, claimed):
            reached("push.begun", among=PUSH_STEPS)
            event = await self.target.call(step, document, Claim(claimed.token, until_s))
            reached("push.answered", among=PUSH_STEPS)
            after = self._apply(document, event, ends=claimed)
        reached("push.stored", among=PUSH_STEPS)
        self._paused_by(after)

    def _begun(
        self, queued: Queued, knowing: Queued, step: Step, before: Before
    ) -> tuple[Queued, Claimed] | None:
        """Store that a call is about to be made; None where another has the document, or had."""
        mark = queued.item.mark or before.mark or self._marks[queued.kind]
        digest = self.target.request_digest(step, knowing.reading(before.facts))
        event = Begun(0, digest, mark, knowing.item.learned, before.facts)
        try:
            return self.hub.outbox.begin(
                queued,
                event,
                lasts=self._claim_lasts,
                rules=self.target.rules,
                now=now(),
                run_id=self.run_id,
                company=self.target.company,
            )
        except Impossible:
            # Another process, or a person, did something to it since it was read here.
            say(f"{queued.source_id} changed before it was called", tenant=self.tenant)
            return None

    @property
    def _claim_lasts(self) -> dt.timedelta:
        return dt.timedelta(seconds=self.target.request_limit_s + self.spare_s)

    @contextmanager
    def _given_back(self, queued: Queued, claimed: Claimed) -> Iterator[None]:
        """Give a claim back when nothing was stored that did."""
        try:
            yield
        except BaseException:
            self.hub.outbox.release(queued, claimed)
            raise

    def _paused_by(self, queued: Queued) -> None:
        if queued.item.answer_code in PAUSING:
            self._pause(queued.item.answer_code)

    async def _look(self, queued: Queued, action: Search | ReadState) -> None:
        """Look for what is in doubt, unless somebody else does."""
        claimed = self.hub.outbox.claim(queued, lasts=self._claim_lasts)
        if claimed is None:
            return
        with self._given_back(queued, claimed):
            if isinstance(action, Search):
                event: Event = await self._searched(queued)
            else:
                event = await self._read(queued, action.step)
            self._apply(queued, event, ends=claimed)

    async def _searched(self, queued: Queued) -> WalkedEvent:
        began_s = now().seconds
        key = queued.item.key
        walk = await self.target.walk(queued.kind, queued.item.mark, {key: queued})
        none: frozenset[str] = frozenset()
        alike = walk.lookalikes.get(key, none)
        # What another of ours has made is not this one, however alike it is.
        if alike:
            alike -= self.hub.outbox.of_others(queued, alike)
        return WalkedEvent(walk.is_complete, walk.ours.get(key, none), alike, began_s)

    async def _read(self, queued: Queued, step: Step) -> StateRead:
        began_s = now().seconds
        read = await self.target.read(step, queued)
        return StateRead(
            step, queued.item.token, read.finding, began_s, read.detail, read.target_number
        )

    def _apply(self, queued: Queued, event: Event, *, ends: Claimed | None = None) -> Queued:
        after, _ = self.hub.outbox.apply(
            queued,
            event,
            rules=self.target.rules,
            now=now(),
            run_id=self.run_id,
            company=self.target.company,
            ends=ends,
        )
        return after

    def _count(self, touched: dict[int, Queued]) -> None:
        keys = [queued.item.key for queued in touched.values()]
        after = self.hub.outbox.keys(self.tenant, self.system, keys)
        self.ends.update(queued.item.state for queued in after.values())
        self.kinds.update(queued.kind for queued in after.values())
