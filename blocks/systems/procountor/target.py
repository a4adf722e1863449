"""Documents into one company's Procountor: partners, products, invoices, payments, journals."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from blocks.http import CallProblem
from blocks.hub.outbox import Queued
from blocks.systems.procountor.api import REQUEST_LIMIT_S
from blocks.systems.procountor.invoices import Invoices
from blocks.systems.procountor.journals import Journals
from blocks.systems.procountor.partners import Partners
from blocks.systems.procountor.payments import Payments
from blocks.systems.procountor.products import Products
from blocks.systems.procountor.there import (
    GONE,
    LATER_S,
    Answered,
    Kind,
    Prepared,
    There,
    code_of,
    is_missing,
)
from blocks.systems.targets import Claim, ReadFile, Reading, Walk
from ledger.errors import TerminalError
from ledger.invoice.mappings.procountor.cards import partner_body, product_body
from ledger.invoice.mappings.procountor.invoices import invoice_body
from ledger.invoice.mappings.procountor.vouchers import journal_body
from ledger.invoice.mappings.procountor.writing import Mapped
from ledger.invoice.pushed.cards import Partner, Product
from ledger.invoice.pushed.invoices import PushedInvoice
from ledger.invoice.pushed.kinds import read_pushed
from ledger.invoice.pushed.ledger import Journal
from ledger.json_exact import dumps_exact
from ledger.push.advance import Rules
from ledger.push.events import Barred, Finding, Postponed
from ledger.push.items import HoldCode
from ledger.push.kinds import PushKind
from ledger.push.steps import ReadBack, Step

UNFINISHED: Final = "unfinished"
APPROVE: Final = "approve"

_INVOICE: Final = {
    UNFINISHED: (Step.CREATE, Step.CHECK),
    # The order binds: nothing can be changed once it is approved.
    APPROVE: (Step.CREATE, Step.CHECK, Step.BOOK, Step.ATTACH, Step.APPROVE),
}
PLANS: Final[Mapping[PushKind, Mapping[str, tuple[Step, ...]]]] = {
    PushKind.PARTNER: dict.fromkeys((UNFINISHED, APPROVE), (Step.CREATE,)),
    PushKind.PRODUCT: dict.fromkeys((UNFINISHED, APPROVE), (Step.CREATE,)),
    PushKind.PURCHASE_INVOICE: _INVOICE,
    PushKind.SALES_INVOICE: _INVOICE,
    PushKind.PAYMENT: dict.fromkeys((UNFINISHED, APPROVE), (Step.PAY,)),
    PushKind.JOURNAL: {
        UNFINISHED: (Step.CREATE, Step.CHECK),
        APPROVE: (Step.CREATE, Step.CHECK, Step.APPROVE),
    },
}
"""Steps by kind and process. Empty is unfinished: nothing is final before somebody says so."""

RULES: Final = Rules(
    {
        Step.CREATE: ReadBack.SEARCH,
        Step.BOOK: ReadBack.STATE,
        Step.ATTACH: ReadBack.STATE,
        Step.APPROVE: ReadBack.STATE,
        Step.PAY: ReadBack.STATE,
    }
)


class NoSuchWay(TerminalError):
    """A document was to go as far as nobody knows."""

    sentence = "There is no process {process!r} for Procountor; there are {known}."


@dataclass
class ProcountorTarget:
    """One company. `there`: how it is reached; `rules`: what it can prove, and how long that takes.

    `request_limit_s`: longest that one call takes, its one repetition after a 401 included.
    """

    there: There
    rules: Rules = RULES
    request_limit_s: float = 2 * REQUEST_LIMIT_S
    kinds: frozenset[PushKind] = frozenset(PLANS)
    files: ReadFile | None = None
    company: str = field(init=False)
    _kinds: dict[PushKind, Kind] = field(init=False)
    _products: Products = field(init=False)

    def __post_init__(self) -> None:
        there = self.there
        self.company = there.register.company
        self._products = Products(there)
        self._kinds = {
            PushKind.PARTNER: Partners(there),
            PushKind.PRODUCT: self._products,
            PushKind.PURCHASE_INVOICE: Invoices(there, "PURCHASE_INVOICE"),
            PushKind.SALES_INVOICE: Invoices(there, "SALES_INVOICE"),
            PushKind.PAYMENT: Payments(there),
            PushKind.JOURNAL: Journals(there),
        }

    @property
    def calls(self) -> int:
        """Calls made so far, repetitions included."""
        return self.there.api.tally.calls

    def plan(self, kind: PushKind, process: str, *, files: int = 0) -> tuple[Step, ...]:  # noqa: ARG002 - an image is a part of its document
        """Return the steps of a document."""
        ways = PLANS[kind]
        if (process or UNFINISHED) not in ways:
            raise NoSuchWay(process=process[:80], known=", ".join(ways))
        return ways[process or UNFINISHED]

    def judge(self, kind: PushKind, document: str) -> Sequence[str]:
        """Return what stands against a document; what it waits for counts as there."""
        try:
            found = read_pushed(kind, document)
        except ValueError as problem:
            return [f"The document is no {kind.replace('_', ' ')}: {type(problem).__name__}."]
        writer = self.there.writer()
        writer.links.update(dict.fromkeys(found.waits_for, "1"))
        mapped = Mapped({})
        match found:
            case PushedInvoice():
                mapped = invoice_body(found, writer)
            case Partner():
                mapped = partner_body(found, writer, key="0" * 32)
            case Product():
                mapped = product_body(found, writer, key="0" * 32)
            case Journal():
                mapped = journal_body(found, writer, key="0" * 32)
        return [one.message for one in mapped.refusals]

    def remarks(self, kind: PushKind, document: str) -> Sequence[str]:  # noqa: ARG002 - as the port asks
        """Return none: what somebody may look at is said by the route that a document comes by."""
        return ()

    def judge_file(self, beginning: bytes) -> Sequence[str]:  # noqa: ARG002 - as the port asks
        """Return none: an image is a part of its document, and judged with it."""
        return ()

    async def before(self, step: Step, queued: Queued) -> Prepared:
        """Read what has to be known before a step; what could not be read postpones it."""
        try:
            return await self._kinds[queued.kind].before(step, queued)
        except CallProblem as problem:
            if is_missing(problem):
                return Barred(HoldCode.GONE, GONE)
            return Postponed(code_of(problem), LATER_S)

    def request_digest(self, step: Step, queued: Queued) -> str:
        """Return the sha256 of what the call will send."""
        sends = [str(step), self._kinds[queued.kind].sends(step, queued)]
        return hashlib.sha256(dumps_exact(sends).encode()).hexdigest()

    async def call(self, step: Step, queued: Queued, claim: Claim) -> Answered:
        """Take a step once, and say what is known of its effect."""
        return await self._kinds[queued.kind].call(step, queued, claim)

    async def walk(self, kind: PushKind, mark: str, wanted: Mapping[str, Queued]) -> Walk:
        """Look at all of a kind that is newer than a mark; a failure is no absence."""
        try:
            return await self._kinds[kind].walk(mark, wanted)
        except CallProblem as problem:
            return Walk(is_complete=False, newest="", problem=code_of(problem))

    async def read(self, step: Step, queued: Queued) -> Reading:
        """Read what became of a step whose answer was lost."""
        try:
            return await self._kinds[queued.kind].read(step, queued)
        except CallProblem as problem:
            found = Finding.GONE if is_missing(problem) else Finding.UNKNOWN
            return Reading(found, GONE if is_missing(problem) else "")

    async def unusable(self, kind: PushKind, ids: Sequence[str]) -> Mapping[str, bool]:
        """Return which products are gone (or hidden by a right that is missing), or not in use."""
        return await self._products.unusable(ids) if kind is PushKind.PRODUCT else {}

    async def deviations(self, queued: Queued) -> Sequence[str] | None:
        """Return in what an invoice there differs from what was sent."""
        kind = self._kinds[queued.kind]
        if not isinstance(kind, Invoices):
            return []
        try:
            return await kind.deviations(queued)
        except CallProblem as problem:
            return ["it is not there any more"] if is_missing(problem) else None
