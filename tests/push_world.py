"""A target, a hub and workers in virtual time, for campaigns of faults against pushing.

Nothing here sleeps or listens: a worker is a generator that yields how long it takes, and may be
killed or put to sleep at any yield. The target commits when it likes, and answers what it likes.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from dataclasses import dataclass, field

from ledger.push import advance as rules_of_pushing
from ledger.push.advance import Rules
from ledger.push.events import (
    After,
    Begun,
    Call,
    Finding,
    Found,
    Lost,
    NoEffect,
    NotSent,
    ReadState,
    Rescued,
    Search,
    StateRead,
    Succeeded,
    Walked,
)
from ledger.push.items import Clock, HoldCode, Item, Phase, ReadBack, Step

PLAN = (Step.CREATE, Step.ATTACH, Step.APPROVE, Step.SEND)
CLAIM_S, REQUEST_S, LAG_S = 60.0, 30.0, 900.0
RULES = Rules(
    {
        Step.CREATE: ReadBack.SEARCH,
        Step.APPROVE: ReadBack.STATE,
        Step.ATTACH: ReadBack.NONE,
        Step.SEND: ReadBack.NONE,
    },
    commit_lag_s=LAG_S,
    settle_s=600.0,
)
ANSWERS = ("good", "lost_after", "lost_before", "late", "too_late", "busy", "fault_done", "fault")


@dataclass
class Target:
    """What the other system holds. `effects`: what was done to each document, how often."""

    random: random.Random
    fault_rate: float
    now: float = 0.0
    ids: itertools.count = field(default_factory=lambda: itertools.count(1))
    documents: dict[str, str] = field(default_factory=dict)
    pending: list[tuple[float, str]] = field(default_factory=list)
    effects: Counter = field(default_factory=Counter)
    beyond_limit: set[str] = field(default_factory=set)
    """Keys of which a commit came later than the target promises."""

    def settle(self) -> None:
        while self.pending and self.pending[0][0] <= self.now:
            _, key = heapq.heappop(self.pending)
            self._commit(key)

    def _commit(self, key: str) -> str:
        target_id = f"{next(self.ids):06}"
        self.documents[target_id] = key
        return target_id

    def answer(self) -> str:
        return self.random.choice(ANSWERS) if self.random.random() < self.fault_rate else "good"

    def create(self, key: str) -> str | None:
        """Return the id; None for no answer; raise `Refusal`."""
        kind = self.answer()
        if kind == "busy":
            raise Refusal
        if kind in {"late", "too_late"}:
            longest = LAG_S - REQUEST_S if kind == "late" else 5 * LAG_S
            delay = self.random.uniform(0, longest)
            if delay >= LAG_S - REQUEST_S:
                self.beyond_limit.add(key)
            heapq.heappush(self.pending, (self.now + delay, key))
            return None
        if kind in {"lost_before", "fault"}:
            return None
        target_id = self._commit(key)
        return target_id if kind == "good" else None

    def act(self, step: Step, target_id: str) -> bool:
        kind = self.answer()
        if kind == "busy":
            raise Refusal
        if kind in {"lost_before", "fault", "late", "too_late"}:
            return False
        if not (step is Step.APPROVE and self.effects[target_id, step]):
            self.effects[target_id, step] += 1
        return kind == "good"

    def search(self, key: str, mark: str) -> tuple[bool, frozenset[str]]:
        is_complete = self.random.random() >= self.fault_rate / 2
        hits = {
            id_ for id_, found in self.documents.items() if found == key and id_ > (mark or "0")
        }
        return is_complete, frozenset(hits) if is_complete else frozenset()


class Refusal(Exception):
    """The target refused, and nothing came of it."""


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

    def apply(self, key: str, event, clock: Clock) -> Item:
        self.items[key], _ = rules_of_pushing.advance(
            self.items[key], event, rules=RULES, now=clock
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
            hub.apply(key, Rescued(), self.clock())
            yield 0.0
        _, action = rules_of_pushing.advance(hub.items[key], None, rules=RULES, now=self.clock())
        if action is None:
            return
        token = hub.claim(key, target.now)
        if token is None:
            return
        until = hub.claims[key][1]
        if isinstance(action, Call):
            yield from self.call(key, action.step, token, until)
        else:
            yield from self.look(key, action)
        if hub.claims[key][0] == token:
            hub.claims[key] = (token, target.now)

    def call(self, key: str, step: Step, token: int, until: float):
        hub, target = self.world.hub, self.world.target
        mark = max(target.documents, default="") if not hub.items[key].mark else ""
        yield 0.1
        if hub.claims[key][0] != token or hub.items[key].phase is not Phase.READY:
            return
        hub.apply(key, Begun(token, "digest", mark), self.clock())
        yield 0.1
        if target.now + REQUEST_S > until:  # right before the first byte
            hub.apply(key, NotSent(token), self.clock())
            return
        item = hub.items[key]
        try:
            if step is Step.CREATE:
                target_id = target.create(key)
                event = Succeeded(token, target_id) if target_id else Lost(token)
            else:
                done = target.act(step, item.target_id)
                event = Succeeded(token) if done else Lost(token)
        except Refusal:
            event = NoEffect(token, "429", After.RETRY, retry_after_s=5.0)
        yield target.random.uniform(0.1, REQUEST_S)
        hub.apply(key, event, self.clock())
        yield 0.0

    def look(self, key: str, action: Search | ReadState):
        hub, target = self.world.hub, self.world.target
        if action.wait_s:
            yield min(action.wait_s, CLAIM_S / 2)
            return
        began = target.now
        item = hub.items[key]
        if isinstance(action, Search):
            is_complete, hits = target.search(key, action.mark)
            event = Walked(is_complete, hits, frozenset(), began)
        else:
            is_known = target.random.random() >= target.fault_rate / 2
            is_done = target.effects[item.target_id, action.step] > 0
            finding = Finding.DONE if is_done else Finding.NOT_DONE
            event = StateRead(finding if is_known else Finding.UNKNOWN, began)
        yield target.random.uniform(0.1, 5.0)
        hub.apply(key, event, self.clock())
        yield 0.0


@dataclass
class World:
    """Everything, and a schedule drawn from a seed."""

    seed: int
    fault_rate: float = 0.35
    documents: int = 2
    workers: int = 2
    kills: int = 6
    sleeps: int = 3

    def __post_init__(self):
        self.random = random.Random(self.seed)  # noqa: S311 - a schedule, never a key
        self.target = Target(self.random, self.fault_rate)
        keys = [f"k{number}" for number in range(self.documents)]
        self.hub = Hub({key: Item(key, PLAN) for key in keys})

    def play(self, limit_s: float = 40_000.0) -> World:
        """Let the workers run under faults, then in peace until nothing changes any more."""
        births = itertools.count()
        queue: list[tuple[float, int, object]] = []

        def start(at: float) -> None:
            number = next(births)
            heapq.heappush(queue, (at, number, Worker(self, f"process {number}").run()))

        for _ in range(self.workers):
            start(self.random.uniform(0, 30))
        kills, sleeps = self.kills, self.sleeps
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
                pause = self.random.uniform(1, 2 * LAG_S)
                heapq.heappush(queue, (self.target.now + pause, number, running))
                continue
            heapq.heappush(queue, (self.target.now + next(running), number, running))
        self.target.now = limit_s * 2
        self.target.settle()
        return self

    def _is_settled(self) -> bool:
        settled = {Phase.DONE, Phase.HELD, Phase.REJECTED}
        return all(item.phase in settled for item in self.hub.items.values())

    def report_deviations(self) -> None:
        """Tell the hub of every document with a key of ours, as the nightly report does."""
        clock = Clock(self.target.now, "report")
        for target_id, key in sorted(self.target.documents.items()):
            self.hub.apply(key, Found(target_id), clock)

    def faults(self) -> list[str]:
        """Say what is wrong once all is over; empty when every document is there exactly once."""
        self.report_deviations()
        made = Counter(self.target.documents.values())
        wrong = []
        for key, item in self.hub.items.items():
            is_alarmed = item.hold is not None and item.hold.code is HoldCode.SEVERAL
            if made[key] > 1 and not (is_alarmed and key in self.target.beyond_limit):
                wrong.append(f"{key}: {made[key]} documents, {item.phase}")
            if is_alarmed and made[key] < 2:
                wrong.append(f"{key}: alarmed for nothing")
            if item.phase is Phase.DONE and (
                made[key] != 1
                or any(self.target.effects[item.target_id, step] != 1 for step in PLAN[1:])
            ):
                wrong.append(f"{key}: done, but not done")
            if item.phase not in {Phase.DONE, Phase.HELD}:
                wrong.append(f"{key}: left {item.phase} at {item.step}")
        wrong += [
            f"{what} {count} times" for what, count in self.target.effects.items() if count > 1
        ]
        return wrong
