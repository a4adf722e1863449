"""A target, a hub and workers in virtual time, for campaigns of faults against pushing.

Nothing here sleeps or listens: a worker is a generator that yields how long it takes, and may be
killed or put to sleep at any yield. A tenant has a partner, an invoice that waits for it and is
booked, approved and paid, and an invoice of its own that is sent.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from dataclasses import dataclass, field

from ledger.push import advance as rules_of_pushing
from ledger.push.advance import Impossible, Rules
from ledger.push.events import (
    After,
    Already,
    Barred,
    Begun,
    Call,
    Event,
    Finding,
    Found,
    Lost,
    NoEffect,
    NotSent,
    ReadState,
    Rescued,
    Retried,
    Search,
    StateRead,
    Succeeded,
    Walked,
)
from ledger.push.items import Clock, HoldCode, Item, Phase
from ledger.push.kinds import Learned, Prerequisite, PushKind
from ledger.push.steps import ReadBack, Step
from tests.push_target import LAG_S, REQUEST_S, SETTLE_S, Refusal, Target

CLAIM_S = 60.0
PARTNER, BOOKED, SENT = "partner", "booked", "sent"
PLANS = {
    PARTNER: (Step.CREATE,),
    BOOKED: (Step.CREATE, Step.BOOK, Step.APPROVE, Step.PAY),
    SENT: (Step.CREATE, Step.ATTACH, Step.APPROVE, Step.SEND),
}
NEEDS = {BOOKED: (Prerequisite(PushKind.PARTNER, PARTNER),)}
RULES = Rules(
    {
        Step.CREATE: ReadBack.SEARCH,
        Step.BOOK: ReadBack.STATE,
        Step.APPROVE: ReadBack.STATE,
        Step.PAY: ReadBack.STATE,
        Step.ATTACH: ReadBack.NONE,
        Step.SEND: ReadBack.NONE,
    },
    commit_lag_s=LAG_S,
    settle_s=SETTLE_S,
)
BY_US = (Step.BOOK, Step.ATTACH, Step.APPROVE, Step.SEND, Step.PAY)


@dataclass
class Hub:
    """Items as stored, and the claim on each."""

    items: dict[str, Item]
    tokens: itertools.count = field(default_factory=lambda: itertools.count(1))
    claims: dict[str, tuple[int, float]] = field(default_factory=dict)
    lease: tuple[str, float] = ("", -1.0)
    """Who works on the tenant, and until when unless renewed."""

    def hold(self, epoch: str, now: float) -> bool:
        holder, until = self.lease
        if holder != epoch and now < until:
            return False
        self.lease = (epoch, now + CLAIM_S)
        return True

    def claim(self, key: str, now: float) -> int | None:
        _, until = self.claims.get(key, (0, -1.0))
        if now < until:
            return None
        token = next(self.tokens)
        self.claims[key] = (token, now + CLAIM_S)
        return token

    def learned(self, item: Item) -> tuple[Learned, ...] | None:
        if item.finished:
            return item.learned
        there = [self.items[one.source_id] for one in item.waits_for]
        if not all(
            found.has_reached(one.step) for found, one in zip(there, item.waits_for, strict=True)
        ):
            return None
        return tuple(
            Learned(one.kind, one.source_id, found.target_id)
            for found, one in zip(there, item.waits_for, strict=True)
        )

    def apply(self, key: str, event: Event, clock: Clock, read: Item | None = None) -> Item:
        if isinstance(event, Begun) and event.learned != self.learned(self.items[key]):
            raise Impossible(self.items[key], event)
        self.items[key], _ = rules_of_pushing.advance(
            self.items[key], event, rules=RULES, now=clock, read=read
        )
        return self.items[key]


@dataclass
class Worker:
    """One process. `epoch` names its clock; `suspended` seconds may pass at any yield."""

    world: World
    epoch: str

    def clock(self) -> Clock:
        return Clock(self.world.target.now, self.epoch)

    def run(self):
        """Work on whatever there is; yields the seconds that pass."""
        while True:
            for key in list(self.world.hub.items):
                if self.world.hub.hold(self.epoch, self.world.target.now):
                    yield from self.work(key)
            yield 20.0

    def work(self, key: str):
        hub, target = self.world.hub, self.world.target
        item = hub.items[key]
        if item.phase is Phase.SENDING and hub.claims[key][1] <= target.now:
            item = hub.apply(key, Rescued(), self.clock())
            yield 0.0
        _, action = rules_of_pushing.advance(item, None, rules=RULES, now=self.clock())
        if isinstance(action, Call):
            yield from self.prepare(key, item, action.step)
        elif action is not None:
            yield from self.claimed(key, self.look(key, item, action))

    def claimed(self, key: str, work):
        hub, target = self.world.hub, self.world.target
        if hub.claim(key, target.now) is None:
            return
        token, _ = hub.claims[key]
        yield from work
        if hub.claims[key][0] == token:
            hub.claims[key] = (token, target.now)

    def prepare(self, key: str, item: Item, step: Step):
        """Learn, read what is there before the step, then claim and call."""
        hub, target = self.world.hub, self.world.target
        learned = hub.learned(item)
        if learned is None:
            return
        yield 0.1
        before = target.before(step, item.target_id)
        yield 0.1
        if isinstance(before, Already | Barred):
            self.attempt(key, before, item)
            return
        begin = Begun(0, "digest", "" if item.mark else max(target.documents, default=""), learned)
        yield from self.claimed(key, self.call(key, item, step, begin, before))

    def attempt(self, key: str, event: Event, read: Item) -> Item | None:
        """Let an event happen to what was read; None if it is not that any more."""
        try:
            return self.world.hub.apply(key, event, self.clock(), read)
        except Impossible:
            return None

    def call(self, key: str, read: Item, step: Step, begin: Begun, before: dict):
        hub, target = self.world.hub, self.world.target
        token, until = hub.claims[key]
        yield 0.1
        begun = Begun(token, begin.request_digest, begin.mark, begin.learned, before)
        item = self.attempt(key, begun, read)
        if item is None:
            return
        yield 0.1
        if target.now + REQUEST_S > until:  # right before the first byte
            hub.apply(key, NotSent(token), self.clock())
            return
        event = self.answered(key, item, step, token)
        yield target.random.uniform(0.1, REQUEST_S)
        hub.apply(key, event, self.clock())
        yield 0.0

    def answered(self, key: str, item: Item, step: Step, token: int) -> Event:
        target = self.world.target
        try:
            if step is Step.CREATE:
                knows = tuple(one.target_id for one in item.learned)
                target_id = target.create(key, knows)
                return Succeeded(token, target_id) if target_id else Lost(token)
            done = target.act(step, item.target_id, dict(item.before))
            return Succeeded(token) if done else Lost(token)
        except Refusal:
            return NoEffect(token, "429", After.RETRY, retry_after_s=5.0)

    def look(self, key: str, item: Item, action: Search | ReadState):
        hub, target = self.world.hub, self.world.target
        if action.wait_s:
            yield min(action.wait_s, CLAIM_S / 2)
            return
        began = target.now
        if isinstance(action, Search):
            is_complete, hits = target.search(key, action.mark)
            event = Walked(is_complete, hits, frozenset(), began)
        else:
            is_known = target.random.random() >= target.fault_rate / 2
            finding = target.read(action.step, item.target_id, dict(item.before))
            known = finding if is_known else Finding.UNKNOWN
            event = StateRead(action.step, item.token, known, began)
        yield target.random.uniform(0.1, 5.0)
        hub.apply(key, event, self.clock())
        yield 0.0


@dataclass
class World:
    """Everything, and a schedule drawn from a seed, or by whoever draws."""

    seed: int = 0
    fault_rate: float = 0.35
    workers: int = 2
    kills: int = 6
    sleeps: int = 3
    longest_sleep_s: float = 2 * LAG_S
    people: int = 2
    """How often a person changes something there, or the bank pays; and how often one retries."""
    steps: int = 0
    """How often somebody sets the wall clock."""
    draws: random.Random | None = None
    wall_s: float = field(default=0.0, init=False)
    """By how much the wall clock is ahead of time."""

    def __post_init__(self):
        self.random = self.draws or random.Random(self.seed)  # noqa: S311 - a schedule, never a key
        self.target = Target(self.random, self.fault_rate)
        self.hub = Hub(
            {key: Item(key, plan, waits_for=NEEDS.get(key, ())) for key, plan in PLANS.items()}
        )

    def play(self, limit_s: float = 40_000.0) -> World:
        """Let the workers run under faults, then in peace until nothing changes any more."""
        births = itertools.count()
        queue: list[tuple[float, int, object]] = []

        def start(at: float) -> None:
            number = next(births)
            heapq.heappush(queue, (at, number, Worker(self, f"process {number}").run()))

        for _ in range(self.workers):
            start(self.random.uniform(0, 30))
        kills, sleeps, people, steps = self.kills, self.sleeps, self.people, self.steps
        while queue:
            at, number, running = heapq.heappop(queue)
            if at > limit_s or (not kills and self._is_settled() and not self.target.pending):
                break
            self.target.now = max(at, self.target.now)
            self.target.settle()
            chance = self.random.random()
            if kills and chance < 0.06:
                kills -= 1
                start(self.target.now + self.random.uniform(1, 120))
                continue
            if sleeps and chance > 0.95:
                sleeps -= 1
                pause = self.random.uniform(1, self.longest_sleep_s)
                heapq.heappush(queue, (self.target.now + pause, number, running))
                continue
            if steps and 0.6 < chance < 0.63:
                steps -= 1
                self.wall_s += self.random.choice((-1, 1)) * self.random.uniform(0, 2 * LAG_S)
            if people and 0.5 < chance < 0.53:
                people -= 1
                self._let_people_act()
            heapq.heappush(queue, (self.target.now + next(running), number, running))
        self.target.now = limit_s * 2
        self.target.settle()
        return self

    def _let_people_act(self) -> None:
        self.target.interfere()
        key = self.random.choice(list(PLANS))
        self.hub.apply(key, Retried(), Clock(self.target.now, "a person"))

    def _is_settled(self) -> bool:
        settled = {Phase.DONE, Phase.HELD, Phase.REJECTED}
        return all(
            item.phase in settled or self.is_waiting(item) for item in self.hub.items.values()
        )

    def is_waiting(self, item: Item) -> bool:
        """Return whether an item waits for one that a person has to look at."""
        there = [self.hub.items[one.source_id] for one in item.waits_for]
        is_held = any(one.phase is Phase.HELD for one in there)
        return item.phase is Phase.READY and self.hub.learned(item) is None and is_held

    def report_deviations(self) -> None:
        """Tell the hub of every document with a key of ours, as the nightly report does."""
        clock = Clock(self.target.now, "report")
        for target_id, document in sorted(self.target.documents.items()):
            self.hub.apply(document.key, Found(target_id), clock)

    def faults(self) -> list[str]:
        """Say what is wrong once all is over; empty when every document is there exactly once."""
        self.report_deviations()
        made = Counter(document.key for document in self.target.documents.values())
        wrong = [
            f"{what} {count} times" for what, count in self.target.effects.items() if count > 1
        ]
        for key, item in self.hub.items.items():
            wrong += [f"{key}: {what}" for what in self._wrong_with(key, item, made[key])]
        return wrong + self._orphans()

    def _wrong_with(self, key: str, item: Item, made: int) -> list[str]:
        wrong = []
        is_alarmed = item.hold is not None and item.hold.code is HoldCode.SEVERAL
        if made > 1 and not (is_alarmed and key in self.target.beyond_limit):
            wrong.append(f"{made} documents, {item.phase}")
        if is_alarmed and made < 2:
            wrong.append("alarmed for nothing")
        if item.phase is Phase.DONE and not (made == 1 and self._is_whole(item)):
            wrong.append("done, but not done")
        if item.phase not in {Phase.DONE, Phase.HELD} and not self.is_waiting(item):
            wrong.append(f"left {item.phase} at {item.step}")
        return wrong

    def _is_whole(self, item: Item) -> bool:
        """Return whether each step took place; a person or the bank may have done it."""
        there = self.target.documents[item.target_id]
        done = {step: self.target.effects[item.target_id, step] for step in item.steps[1:]}
        done[Step.PAY] = len(there.payments)
        return all(done[step] for step in item.steps[1:])

    def _orphans(self) -> list[str]:
        """Name documents that refer to none of those that they waited for."""
        partners = {id_ for id_, one in self.target.documents.items() if one.key == PARTNER}
        return [
            f"{one.key} was created without its partner"
            for one in self.target.documents.values()
            if one.key == BOOKED and not (one.knows and set(one.knows) <= partners)
        ]
