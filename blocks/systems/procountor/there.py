"""What each kind of document needs of one company, and what they share in reading its answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Protocol, TypeVar

from blocks.http import CallProblem
from blocks.hub.outbox import Queued
from blocks.systems.procountor.answers import Good
from blocks.systems.procountor.api import Api
from blocks.systems.procountor.listing import Row
from blocks.systems.procountor.register import Register
from blocks.systems.procountor.session import Who
from blocks.systems.procountor.tables import tables
from blocks.systems.targets import Before, Claim, Reading, Walk
from ledger.invoice.mappings.procountor.reading import rows_in
from ledger.invoice.mappings.procountor.terms import Terms
from ledger.invoice.mappings.procountor.writing import Mapped, Writer
from ledger.invoice.pushed.kinds import read_pushed
from ledger.invoice.pushed.parts import Image, Pushed
from ledger.push.events import (
    After,
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
from ledger.push.items import HoldCode
from ledger.push.steps import Step

Answered = Succeeded | NoEffect | Lost | NotSent | Refuted
Prepared = Before | Postponed | Barred | Already
Images = Callable[[Pushed, Image], bytes | None]
"""Returns the bytes of an image of a document; None where they are not at hand."""

LATER_S: Final = 60.0
"""How long a step waits that could not be prepared; seconds."""
GONE: Final = "404: it is not there any more, or the API user may not see it"

Value = TypeVar("Value", bound=Pushed)
Result = TypeVar("Result")


class Kind(Protocol):
    """What is done with documents of one kind."""

    async def before(self, step: Step, queued: Queued) -> Prepared:
        """Read what has to be known before a step; `CallProblem` postpones it."""

    def sends(self, step: Step, queued: Queued) -> object:
        """Return what the call of a step sends, as JSON has it."""

    async def call(self, step: Step, queued: Queued, claim: Claim) -> Answered:
        """Take a step once."""

    async def walk(self, mark: str, wanted: Mapping[str, Queued]) -> Walk:
        """Look at what is newer than a mark; `CallProblem` makes the walk incomplete."""

    async def read(self, step: Step, queued: Queued) -> Reading:
        """Read what became of a step; `CallProblem` tells nothing."""


@dataclass(frozen=True)
class There:
    """One company, and how what is sent to it is agreed."""

    api: Api
    terms: Terms
    who: Who
    register: Register
    images: Images

    def writer(self, queued: Queued | None = None) -> Writer:
        """Return what writes bodies, knowing the ids of all that a document waited for."""
        learned = queued.item.learned if queued else ()
        links = {one.source_id: one.target_id for one in learned}
        return Writer(self.terms, tables(), links)

    @property
    def user_id(self) -> int | None:
        """Return our own user, where documents say who created them."""
        return self.who.user_id if self.terms.creator_is_known else None

    async def one(self, path: str) -> Row:
        """Return one object, however it is answered.

        Raises:
            CallRefused: It is not there, or may not be seen (404).
            CallFailed: Try again later.
        """
        found = rows_in(await self.api.get(path))
        return found[0] if found else {}

    async def make(self, method: str, path: str, mapped: Mapped, claim: Claim) -> Answered:
        """Write a new document once; one that cannot be written is refused, and nothing is sent.

        Each caller names method and path, so that whoever lists what is written there finds it.
        """
        if mapped.body is None:
            codes = dict.fromkeys(one.code for one in mapped.refusals)
            return NoEffect(claim.token, ", ".join(codes), After.REJECT)
        answer = await self.api.change(
            method, path, token=claim.token, until_s=claim.until_s, body=mapped.body
        )
        return _made(answer.body, claim.token) if isinstance(answer, Good) else answer

    async def made(self, path: str, claim: Claim) -> Row | Refuted | NoEffect:
        """Read back what was made; gone is for a person, and what could not be read comes later."""
        try:
            return await self.one(path)
        except CallProblem as problem:
            if is_missing(problem):
                return Refuted(claim.token, HoldCode.GONE, GONE)
            return NoEffect(claim.token, code_of(problem), After.RETRY, retry_after_s=LATER_S)


@dataclass
class Seen:
    """What a walk found, by our key: ids that are ours, and ids that a person looks at."""

    ours: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    alike: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def note(self, key: str, number: object, *, is_ours: bool) -> None:
        """Note an id."""
        (self.ours if is_ours else self.alike)[key].add(str(number))

    def walk(self, newest: int) -> Walk:
        """Return a complete walk."""
        return Walk(
            is_complete=True,
            newest=str(newest),
            ours={key: frozenset(ids) for key, ids in self.ours.items()},
            lookalikes={key: frozenset(ids) for key, ids in self.alike.items()},
        )


def document_of(queued: Queued, value: type[Value]) -> Value:
    """Return a document of the outbox as the value that its kind is."""
    found = read_pushed(queued.kind, queued.document)
    if not isinstance(found, value):
        raise TypeError(f"{queued.kind} is no {value.__name__}.")
    return found


def _made(answer: Any, token: int) -> Succeeded | Lost:
    """Return what a good answer to a create says; without an id nobody knows what was made."""
    found = next(iter(rows_in(answer)), {})
    number = found.get("id")
    return Succeeded(token, str(number)) if number else Lost(token, "no_id")


async def confirmed(
    answer: Good | NoEffect | Lost | NotSent,
    read: Callable[[], Awaitable[Reading]],
    *,
    token: int,
) -> Answered:
    """Return what an answer says; what was refused for good is read back.

    It may be so already, or a person changed it meanwhile.
    """
    if isinstance(answer, Good):
        return Succeeded(token)
    if not isinstance(answer, NoEffect) or answer.after is not After.REJECT:
        return answer
    try:
        found = await read()
    except CallProblem:
        return answer
    if found.finding is Finding.DONE:
        return Succeeded(token, target_number=found.target_number, detail="it was so already")
    if found.finding is Finding.CONFLICT:
        return Refuted(token, HoldCode.CONFLICT, found.detail)
    return answer


def code_of(problem: CallProblem) -> str:
    """Return a code by which a run knows that the key is broken."""
    return "401" if problem.status == HTTPStatus.UNAUTHORIZED or _is_key(problem) else problem.code


def is_missing(problem: CallProblem) -> bool:
    """Return whether something is not there, or may not be seen."""
    return problem.status == HTTPStatus.NOT_FOUND


def _is_key(problem: CallProblem) -> bool:
    return problem.code in {"invalid_token", "http_401"}
