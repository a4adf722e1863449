"""A document on its way to another system, as the hub stores it before and after each call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from ledger.push.kinds import Learned, Prerequisite
from ledger.push.steps import READ_ONLY, ReadBack, Step

__all__ = [
    "READ_ONLY",
    "Clock",
    "Doubt",
    "Hold",
    "HoldCode",
    "Item",
    "Phase",
    "ReadBack",
    "Step",
]


class Phase(StrEnum):
    """Where a document stands with its present step."""

    READY = "ready"
    SENDING = "sending"
    """Persisted before the first byte: from here on the call may have had its effect."""
    IN_DOUBT = "in_doubt"
    HELD = "held"
    """A person must act; `Item.hold` says why."""
    REJECTED = "rejected"
    """The target refused it, nothing was made there, and a person corrects it."""
    DONE = "done"


class HoldCode(StrEnum):
    """Why a person must look."""

    SEVERAL = "several"
    """The target has more than one document with our key."""
    LOOKALIKE = "lookalike"
    """A newer document has our customer, date and total, and not our key."""
    NO_PROOF = "no_proof"
    """An answer was lost, and the target cannot say what became of the call."""
    DIFFERS = "differs"
    """What was created is not what was sent."""
    OVERDUE = "overdue"
    """The target did not do in time what it was to do by itself."""
    GONE = "gone"
    """The document is not there any more."""
    CONFLICT = "conflict"
    """A person changed there what the step was to change: neither as before nor as sent."""
    LOCKED = "locked"
    """The target is locked for the document's day."""
    CUSTOMER = "customer"
    """The target has another customer under the document's number."""
    ORIGINAL = "original"
    """What the document credits was rejected, or is not there any more."""
    ABSENT = "absent"
    """It was not found, and is not sent once more: the target may have acted on it by itself."""
    UNDELIVERED = "undelivered"
    """The target took it for sending, and could not deliver it."""
    FILE = "file"
    """A file of the document cannot be read."""
    CHANGED = "changed"
    """Another content of the document came after something of it was sent."""


@dataclass(frozen=True)
class Hold:
    """Why a document is held. `detail`: in words, without figures of the document.

    `is_lost`: the answer to its present step was lost, so that the step may have taken place.
    `is_before`: it was found out before the step was called, of which nothing was sent. `ids`: of
    documents there that are not ours for all we know, and that look like this one.
    """

    code: HoldCode
    detail: str = ""
    is_lost: bool = False
    is_before: bool = False
    ids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Clock:
    """A moment in a process: seconds on its monotonic clock, and whose clock it is.

    Two moments are compared only within one epoch; wall clocks are never asked.
    """

    seconds: float
    epoch: str


@dataclass(frozen=True)
class Doubt:
    """What was found out since an answer was lost.

    `since`: the last moment that was counted. `waited_s`: seconds that passed before it, each seen
    to pass by one process on its own clock; what nobody saw is not counted. `looks`: complete ones
    that found nothing.
    """

    since: Clock
    waited_s: float = 0.0
    looks: int = 0

    def waited_at(self, seconds: float) -> float:
        """Return how long it had been waited at a moment of the same clock."""
        return self.waited_s + seconds - self.since.seconds


@dataclass(frozen=True)
class Item:
    """One document. Nothing here is the document itself: the hub stores that beside it.

    `key`: ours, which travels in the document. `steps`: its plan. `finished`: how many of them are
    done. `token`: of the claim under which the present step was begun. `mark`: where a search
    begins. `seen`: ids with our key that came to light while a call was on its way. `ready_at`: not
    before then; None at once. `target_number`: the target's own for it. `waits_for`: what has to be
    there before its first step; `learned`: what the last call of that step knew of them.
    `before`: what the target read right before the present step was called, as JSON has it; empty
    before it was called. `changed`: digest of a content that came after something was sent; empty
    once a person has seen it. `asks`: since it was read from a copy of the hub, so that a step may
    have been taken that the copy does not know of. `set_aside`: what a person looked at and that is
    not this document: ids there, and digests of contents that came too late.
    """

    key: str
    steps: tuple[Step, ...]
    phase: Phase = Phase.READY
    finished: int = 0
    target_id: str = ""
    token: int = 0
    request_digest: str = ""
    mark: str = ""
    seen: frozenset[str] = frozenset()
    doubt: Doubt | None = None
    ready_at: Clock | None = None
    attempts: int = 0
    answer_code: str = ""
    hold: Hold | None = None
    target_number: str = ""
    waits_for: tuple[Prerequisite, ...] = ()
    learned: tuple[Learned, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict)
    set_aside: frozenset[str] = frozenset()
    changed: str = ""
    asks: bool = False

    @property
    def step(self) -> Step | None:
        """The present step; None once all are done."""
        return self.steps[self.finished] if self.finished < len(self.steps) else None

    @property
    def is_created(self) -> bool:
        """Whether the target has the document, as far as we know."""
        return bool(self.target_id)

    @property
    def state(self) -> str:
        """The word for people: queued, sending, created, …, done; or held, rejected, in_doubt."""
        if self.phase is not Phase.READY:
            return str(self.phase)
        last = next((s for s in reversed(self.steps[: self.finished]) if s in _AFTER), None)
        return _AFTER[last] if last else "queued"

    def has_reached(self, step: Step) -> bool:
        """Return whether a step is done and the document there is ours beyond question."""
        is_doubtful = self.hold is not None and self.hold.code in _DOUBTFUL
        return step in self.steps[: self.finished] and not is_doubtful

    def held(
        self,
        code: HoldCode,
        detail: str = "",
        *,
        is_before: bool = False,
        ids: frozenset[str] = frozenset(),
    ) -> Item:
        """Return it held."""
        is_open = self.phase in {Phase.SENDING, Phase.IN_DOUBT}
        is_lost = is_open and self.step not in READ_ONLY
        hold = Hold(code, detail, is_lost=is_lost, is_before=is_before, ids=ids)
        return replace(self, phase=Phase.HELD, hold=hold, doubt=None)


_DOUBTFUL: Final = frozenset({HoldCode.SEVERAL, HoldCode.GONE})
"""Holds under which nobody may go on by a document's id."""

_AFTER: Final = {
    Step.CREATE: "created",
    Step.BOOK: "booked",
    Step.ATTACH: "attached",
    Step.APPROVE: "approved",
    Step.SEND: "sent",
    Step.PAY: "paid",
}
