"""What can happen to a document that is being pushed, and what may be done next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ledger.push.items import HoldCode
from ledger.push.kinds import Learned
from ledger.push.steps import Step


class After(StrEnum):
    """What a refusal without effect means for the document."""

    RETRY = "retry"
    """Later, by itself: too many calls, or our credential is being renewed."""
    REJECT = "reject"
    """Never as it is: a person corrects it."""


@dataclass(frozen=True)
class Begun:
    """A worker holds the claim `token` and is about to call; stored before the first byte.

    `learned`: of all that the document waits for, where this is its first step. `before`: what the
    target read for the step, as JSON has it; a read after a lost answer is held against it.
    """

    token: int
    request_digest: str
    mark: str = ""
    learned: tuple[Learned, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Postponed:
    """What has to be read before a step could not be read; nothing was sent."""

    code: str
    retry_after_s: float


@dataclass(frozen=True)
class Barred:
    """What was read before a step forbids it: a person looks; nothing was sent.

    `ids`: of documents there that look like this one.
    """

    code: HoldCode
    detail: str = ""
    ids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Already:
    """What was read before a step other than a create shows that it took place already.

    `detail`: in words, where there is something to say, such as that nothing is to be done.
    """

    target_number: str = ""
    detail: str = ""


@dataclass(frozen=True)
class NotSent:
    """The call ended before its first byte: no connection, or the claim was about to end."""

    token: int


@dataclass(frozen=True)
class Succeeded:
    """The target's own good answer.

    `target_id`: of what was created; of a create alone. `target_number`: the target's own for it.
    `detail`: in words, where there is something to say, such as that it was there already.
    """

    token: int
    target_id: str = ""
    target_number: str = ""
    detail: str = ""


@dataclass(frozen=True)
class NoEffect:
    """The target's own refusal, which proves that nothing came of the call."""

    token: int
    code: str
    after: After
    retry_after_s: float = 0.0


@dataclass(frozen=True)
class Lost:
    """Anything else: a timeout, a cut body, 5xx, HTML, 200 without an id."""

    token: int
    code: str = ""


@dataclass(frozen=True)
class Rescued:
    """The claim ended while the document was being sent: its worker is dead or asleep."""


@dataclass(frozen=True)
class Walked:
    """A search. `is_complete`: it saw everything newer than the mark, undisturbed.

    `hits`: ids with our key. `lookalikes`: ids newer than the mark with our customer, date and
    total and without our key. `began_s`: when it began, on the clock of ``now``.
    """

    is_complete: bool
    hits: frozenset[str]
    lookalikes: frozenset[str]
    began_s: float


class Finding(StrEnum):
    """What reading one document says of a step."""

    DONE = "done"
    NOT_DONE = "not_done"
    """It is as it was before the call."""
    UNKNOWN = "unknown"
    """It could not be read, or says nothing yet."""
    GONE = "gone"
    CONFLICT = "conflict"
    """It is neither as it was before nor as the call leaves it: a person changed it."""


@dataclass(frozen=True)
class StateRead:
    """The one document was read for a step that is in doubt; `began_s` as in `Walked`.

    `token`: of the claim under which the step was begun. Both name the doubt that it was read for:
    one that is settled meanwhile is no other's proof.
    """

    step: Step
    token: int
    finding: Finding
    began_s: float = 0.0
    detail: str = ""
    target_number: str = ""


@dataclass(frozen=True)
class Refuted:
    """A check found that what the target holds is not what was sent."""

    token: int
    code: HoldCode
    detail: str = ""


@dataclass(frozen=True)
class Found:
    """A document with our key is there: seen by a run's first look, or by a late answer."""

    target_id: str


@dataclass(frozen=True)
class Changed:
    """Another content of the document came too late: something of it was sent already.

    `digest`: of that content. `fields`: those that differ, by name; values are no part of it.
    """

    digest: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Retried:
    """A person, `who`, has it tried once more."""

    who: str = ""


@dataclass(frozen=True)
class Resolved:
    """A person, `who`, says what became of a lost answer. `is_done`: the step took place.

    `target_id`: of the document, when the step is to create it.
    """

    is_done: bool
    target_id: str = ""
    who: str = ""


Event = (
    Begun
    | Postponed
    | Barred
    | Already
    | NotSent
    | Succeeded
    | NoEffect
    | Lost
    | Rescued
    | Walked
    | StateRead
    | Refuted
    | Found
    | Changed
    | Retried
    | Resolved
)


@dataclass(frozen=True)
class Call:
    """Take the step: claim the document, store `Begun`, then send."""

    step: Step


@dataclass(frozen=True)
class Search:
    """Walk over everything newer than the mark, not before `wait_s` from now."""

    mark: str
    wait_s: float = 0.0


@dataclass(frozen=True)
class ReadState:
    """Read the one document, not before `wait_s` from now."""

    step: Step
    wait_s: float = 0.0


BY_READING = Begun | Postponed | Barred | Already
"""Events that hold only of a document that is still as it was when somebody read it."""

Action = Call | Search | ReadState
