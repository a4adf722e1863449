"""What a system offers to whoever pushes documents into it.

Each method that may change something there is one call of one step; what became of it is said by an
event of `ledger.push.events`, never by an exception: a lost answer is a fact to be stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from blocks.hub.outbox import Queued
    from ledger.push.advance import Rules
    from ledger.push.events import (
        Already,
        Barred,
        Finding,
        Lost,
        NoEffect,
        NotSent,
        Postponed,
        Refuted,
        Succeeded,
    )
    from ledger.push.items import Step
    from ledger.push.kinds import PushKind


ReadFile = Callable[[str, str], bytes]
"""Returns the bytes of a tenant's file by their sha256; none where they are gone."""


@dataclass(frozen=True)
class Claim:
    """The right to make one call: its token, and until when its first byte may leave.

    `until_s`: on the clock that counts suspension (``CLOCK_BOOTTIME``); seconds.
    """

    token: int
    until_s: float


@dataclass(frozen=True)
class Walk:
    """What a search saw. `newest`: the highest id there is; a later search may begin after it.

    `problem`: why it is not complete, if the target said so itself: a code.
    """

    is_complete: bool
    newest: str
    ours: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Ids by our key."""
    lookalikes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Ids without our key that look like a document that was asked about, by that one's key."""
    problem: str = ""


@dataclass(frozen=True)
class Before:
    """What was read before a step, to hold a later read against: few facts, as JSON has them.

    Never a document, a name or a float; sums as text. At most `BEFORE_CHARS` of the outbox.
    `mark`: where a search for what the step creates begins; empty for that of the kind.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    mark: str = ""


@dataclass(frozen=True)
class Reading:
    """What the one document says of a step whose answer was lost.

    `detail`: in words, for a person, without figures of the document. `target_number`: the target's
    own for it, where it has one.
    """

    finding: Finding
    detail: str = ""
    target_number: str = ""


class PushTarget(Protocol):
    """One tenant's company in a system that documents are pushed into.

    What a document waited for it finds in ``queued.item.learned``, and what it read before the
    present step in ``queued.item.before``.
    """

    kinds: frozenset[PushKind]
    """What it takes."""
    company: str
    """Names the company of which creates go one after another, whoever sends them: two tenants or
    routes may reach the same. Empty where the tenant is all there is of it."""
    files: ReadFile | None
    """Reads the files of documents; given by whoever opens it to push."""
    request_limit_s: float
    """Longest that one call takes; a claim lasts longer."""

    @property
    def rules(self) -> Rules:
        """What it can prove now, and how long that takes there."""

    def plan(self, kind: PushKind, process: str, *, files: int = 0) -> tuple[Step, ...]:
        """Return the steps of a document that is to go as far as ``process`` says.

        Args:
            kind: Of the document.
            process: As the target names it; empty for the one that is agreed.
            files: How many go with it.

        Raises:
            TerminalError: The target knows no such process, or it is not released for the tenant,
                or it does not take the kind.
        """

    def judge(self, kind: PushKind, document: str) -> Sequence[str]:
        """Return what stands against a document, each in a sentence; empty when it can be sent."""

    def remarks(self, kind: PushKind, document: str) -> Sequence[str]:
        """Return what somebody may look at of a document that can be sent, each in a sentence."""

    def judge_file(self, beginning: bytes) -> Sequence[str]:
        """Return what stands against a file, by its first 16 bytes; each in a sentence."""

    async def before(self, step: Step, queued: Queued) -> Before | Postponed | Barred | Already:
        """Read what has to be known before a step that may change something is called.

        It changes nothing there, and raises nothing: what could not be read postpones the step.
        ``queued.item.before`` still has what was read before an earlier attempt of the same step.
        """

    def request_digest(self, step: Step, queued: Queued) -> str:
        """Return the sha256 of what the call will send."""

    async def call(
        self, step: Step, queued: Queued, claim: Claim
    ) -> Succeeded | NoEffect | Lost | NotSent | Refuted:
        """Take a step once, over a fresh connection, and say what is known of its effect."""

    async def walk(self, kind: PushKind, mark: str, wanted: Mapping[str, Queued]) -> Walk:
        """Look at all of a kind newer than a mark; ``wanted`` are the documents that may be there.

        A kind that is never created is nothing to look at: that walk is complete.

        A walk that fails, or that was disturbed, is one that is not complete; nothing is raised.
        """

    async def read(self, step: Step, queued: Queued) -> Reading:
        """Read the one document, for a step whose answer was lost."""

    async def unusable(self, kind: PushKind, ids: Sequence[str]) -> Mapping[str, bool]:
        """Return which cards of a kind cannot be named any more: by id, whether it is gone.

        One that is there and not in use is not gone. A kind without cards has none.

        Raises:
            CallRefused, CallFailed: They were not read; nothing is known.
        """

    async def deviations(self, queued: Queued) -> Sequence[str] | None:
        """Return in what a document there differs from what was sent; None if it was not read."""
