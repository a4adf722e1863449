"""A target in virtual time that commits when it likes and answers what it likes.

It holds documents with our keys, a ledger row and payments on each, and people who change both.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ledger.push.events import Already, Barred, Finding
from ledger.push.items import HoldCode, Step

REQUEST_S, LAG_S, SETTLE_S = 30.0, 900.0, 600.0
ANSWERS = ("good", "lost_after", "lost_before", "late", "too_late", "busy", "fault_done", "fault")
THEIRS, OURS, A_PERSONS = "theirs", "ours", "a person's"


class Refusal(Exception):
    """The target refused, and nothing came of it."""


@dataclass
class Document:
    """What is there. `rows`: whose they are; `version` grows with each change of them."""

    key: str
    knows: tuple[str, ...]
    rows: str = THEIRS
    version: int = 1
    payments: list[str] = field(default_factory=list)


@dataclass
class Target:
    """What the other system holds. `effects`: what was done to each document, how often."""

    random: random.Random
    fault_rate: float
    now: float = 0.0
    ids: itertools.count = field(default_factory=lambda: itertools.count(1))
    documents: dict[str, Document] = field(default_factory=dict)
    pending: list[tuple[float, int, Any]] = field(default_factory=list)
    effects: Counter = field(default_factory=Counter)
    beyond_limit: set[str] = field(default_factory=set)
    """Keys of which a commit came later than the target promises."""

    def settle(self) -> None:
        while self.pending and self.pending[0][0] <= self.now:
            heapq.heappop(self.pending)[2]()

    def answer(self) -> str:
        return self.random.choice(ANSWERS) if self.random.random() < self.fault_rate else "good"

    def later(self, longest_s: float, commit) -> float:
        delay = self.random.uniform(0, longest_s)
        heapq.heappush(self.pending, (self.now + delay, next(self.ids), commit))
        return delay

    def create(self, key: str, knows: tuple[str, ...]) -> str | None:
        """Return the id; None for no answer; raise `Refusal`. `knows`: ids that it refers to."""
        kind = self.answer()
        if kind == "busy":
            raise Refusal
        if kind in {"late", "too_late"}:
            longest = LAG_S - REQUEST_S if kind == "late" else 5 * LAG_S
            if self.later(longest, lambda: self._commit(key, knows)) >= LAG_S - REQUEST_S:
                self.beyond_limit.add(key)
            return None
        if kind in {"lost_before", "fault"}:
            return None
        target_id = self._commit(key, knows)
        return target_id if kind == "good" else None

    def _commit(self, key: str, knows: tuple[str, ...]) -> str:
        target_id = f"{next(self.ids):06}"
        self.documents[target_id] = Document(key, knows)
        return target_id

    def act(self, step: Step, target_id: str, before: dict[str, Any]) -> bool:
        """Take a step; return whether there was an answer."""
        kind = self.answer()
        if kind == "busy":
            raise Refusal
        if step is Step.BOOK and before.get("version") != self.documents[target_id].version:
            raise Refusal
        if kind in {"late", "too_late"} and step in {Step.BOOK, Step.PAY}:
            self.later(SETTLE_S - REQUEST_S, lambda: self._effect(step, target_id, before))
            return False
        if kind in {"lost_before", "fault", "late", "too_late"}:
            return False
        self._effect(step, target_id, before)
        return kind == "good"

    def _effect(self, step: Step, target_id: str, before: dict[str, Any]) -> None:
        document = self.documents[target_id]
        if step is Step.APPROVE and self.effects[target_id, step]:
            return
        if step is Step.BOOK:
            if document.version != before.get("version"):
                return
            document.rows, document.version = OURS, document.version + 1
        if step is Step.PAY:
            document.payments.append(f"payment {next(self.ids)}")
        self.effects[target_id, step] += 1

    def interfere(self) -> None:
        """Let a person change a ledger row, or the bank pay."""
        if not self.documents:
            return
        document = self.documents[self.random.choice(sorted(self.documents))]
        if self.random.random() < 0.5:
            document.rows, document.version = A_PERSONS, document.version + 1
        else:
            document.payments.append(f"payment {next(self.ids)}")

    def before(self, step: Step, target_id: str) -> dict[str, Any] | Already | Barred:
        document = self.documents.get(target_id)
        if step is Step.BOOK:
            if document.rows == OURS:
                return Already()
            if document.rows == A_PERSONS:
                return Barred(HoldCode.CONFLICT, "a person changed its rows")
            return {"version": document.version}
        if step is Step.PAY:
            return Already() if document.payments else {"payments": len(document.payments)}
        return {}

    def read(self, step: Step, target_id: str, before: dict[str, Any]) -> Finding:
        document = self.documents[target_id]
        if step is Step.BOOK:
            if document.rows == OURS:
                return Finding.DONE
            is_same = document.version == before.get("version")
            return Finding.NOT_DONE if is_same else Finding.CONFLICT
        if step is Step.PAY:
            new = len(document.payments) - before.get("payments", 0)
            return [Finding.NOT_DONE, Finding.DONE][new] if new < 2 else Finding.CONFLICT
        return Finding.DONE if self.effects[target_id, step] else Finding.NOT_DONE

    def search(self, key: str, mark: str) -> tuple[bool, frozenset[str]]:
        is_complete = self.random.random() >= self.fault_rate / 2
        hits = {
            id_ for id_, found in self.documents.items() if found.key == key and id_ > (mark or "0")
        }
        return is_complete, frozenset(hits) if is_complete else frozenset()
