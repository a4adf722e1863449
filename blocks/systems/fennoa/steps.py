"""The calls of an invoice's plan in Fennoa, one by one, and what is read before each."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from blocks.hub.outbox import Queued, QueuedFile
from blocks.systems.fennoa.answers import LATER_S, Good
from blocks.systems.fennoa.calls import Calls, Refusal, header_of, read_invoice
from blocks.systems.fennoa.checking import against_sums, is_undelivered
from blocks.systems.fennoa.credits import Credits
from blocks.systems.fennoa.customers import Customers
from blocks.systems.fennoa.listing import Row, Unread
from blocks.systems.fennoa.locks import Locks
from blocks.systems.fennoa.memory import Memory
from blocks.systems.fennoa.prepared import Prepare, Unsendable
from blocks.systems.fennoa.proof import Proof
from blocks.systems.targets import Before, Claim, ReadFile
from ledger.invoice.mappings.fennoa.answers import FAILED
from ledger.invoice.mappings.fennoa.terms import Terms
from ledger.push.events import (
    After,
    Already,
    Barred,
    Lost,
    NoEffect,
    NotSent,
    Postponed,
    Refuted,
    Succeeded,
)
from ledger.push.items import HoldCode, Step

Answered = Succeeded | NoEffect | Lost | NotSent | Refuted
Read = Before | Postponed | Barred | Already

ALREADY_APPROVED: Final = ("jo hyväksytty", "already approved")
DELIVERY_ERRORS: Final = "sales_api/get/delivery_errors"
ERRORS_AGE_S: Final = 60.0
"""How long a report relies on one answer about delivery errors; seconds."""


@dataclass(frozen=True)
class Limits:
    """How often and how long things are awaited.

    `number_looks`: for the number of an approved invoice before a person is asked, every
    `number_every_s` seconds. `delivery_looks`: for a delivery error after a sending, every
    `delivery_every_s` seconds; what comes up later is in the deviation report. `credit_every_s`:
    between two looks for the number of an invoice that is to be credited; seconds.
    """

    number_looks: int = 30
    number_every_s: float = 20.0
    delivery_looks: int = 3
    delivery_every_s: float = 60.0
    credit_every_s: float = 3_600.0


class Steps:
    """The steps of one company's invoices."""

    def __init__(
        self,
        calls: Calls,
        prepare: Prepare,
        terms: Terms,
        memory: Memory,
        *,
        limits: Limits,
    ) -> None:
        self._calls, self._prepare, self._limits = calls, prepare, limits
        self._terms = terms
        self.files: ReadFile | None = None
        self._errors: list[Row] | None = None
        self._errors_at = 0.0
        self.proof = Proof(calls, memory, terms.key_field)
        self._locks = Locks(calls)
        self._customers = Customers(calls, memory)
        self._credits = Credits(calls, limits.credit_every_s)
        self._steps: dict[Step, Callable[[Queued, Claim], Awaitable[Answered]]] = {
            Step.CREATE: self._create,
            Step.CUSTOMER: self._customers.learn,
            Step.CHECK: self._check,
            Step.ATTACH: self._attach,
            Step.APPROVE: self._approve,
            Step.NUMBER: self._number,
            Step.SEND: self._send,
            Step.DELIVERY: self._delivery,
        }

    async def call(self, step: Step, queued: Queued, claim: Claim) -> Answered:
        """Take a step once, and say what is known of its effect."""
        return await self._steps[step](queued, claim)

    async def before(self, step: Step, queued: Queued) -> Read:
        """Read what has to be known before a step that changes something."""
        if step is Step.CREATE:
            return await self._before_create(queued)
        if step is Step.APPROVE:
            return await self._locks.against(queued, is_final=True) or Before()
        if step is Step.ATTACH and not self._content(queued):
            name = self.file_of(queued).name
            return Barred(HoldCode.FILE, f"{name!r} is not where it was put")
        return Before()

    async def _before_create(self, queued: Queued) -> Read:
        """Look for what forbids an invoice, and learn the numbers that it names."""
        if against := await self._locks.against(queued, is_final=False):
            return against
        credited = await self._credits.before(queued)
        if isinstance(credited, Postponed | Barred):
            return credited
        customer = await self._customers.before(queued)
        if isinstance(customer, Postponed | Barred):
            return customer
        # Last, since a document that is held or waits must not keep the others waiting.
        return self.proof.before(queued) or Before(customer | credited)

    async def _create(self, queued: Queued, claim: Claim) -> Answered:
        answer = await self._added(queued, claim)
        if isinstance(answer, NoEffect | NotSent):
            self.proof.failed(queued)
        return answer

    async def _added(self, queued: Queued, claim: Claim) -> Answered:
        try:
            form = self._prepare(queued).form
        except Unsendable as problem:
            return NoEffect(claim.token, problem.why, After.REJECT)
        answer = await self._calls.post("sales_api/add", claim, form)
        if isinstance(answer, Good):
            target_id = answer.body.get("id")
            # Without an id nobody knows which invoice was made.
            return Succeeded(claim.token, str(target_id)) if target_id else Lost(claim.token)
        return answer

    async def _check(self, queued: Queued, claim: Claim) -> Answered:
        answer = await read_invoice(self._calls, queued.item.target_id, claim)
        if not isinstance(answer, Good):
            return answer
        header = header_of(answer)
        if not self.proof.holds(queued, header):
            detail = f"our key did not come back equal in {self.proof.field}"
            return Refuted(claim.token, HoldCode.DIFFERS, detail)
        await self.proof.came_back(queued)
        if against := against_sums(header, self._prepare(queued), is_sent=False):
            return Refuted(claim.token, HoldCode.DIFFERS, against)
        return Succeeded(claim.token)

    def file_of(self, queued: Queued) -> QueuedFile:
        """Return the file of the present step: the first attachment step takes the first."""
        done = queued.item.steps[: queued.item.finished].count(Step.ATTACH)
        return queued.files[done]

    async def _attach(self, queued: Queued, claim: Claim) -> Answered:
        file, content = self.file_of(queued), self._content(queued)
        if not content:
            return NotSent(claim.token)
        path = f"sales_api/do/upload_attachment/{queued.item.target_id}"
        answer = await self._calls.post_file(
            path, claim, field=self._terms.attachment_field, name=file.name, content=content
        )
        return Succeeded(claim.token) if isinstance(answer, Good) else answer

    def _content(self, queued: Queued) -> bytes:
        """Return the bytes of the present step's file; none where they are gone."""
        file = self.file_of(queued)
        return self.files(queued.tenant, file.sha256) if self.files else b""

    async def _approve(self, queued: Queued, claim: Claim) -> Answered:
        answer = await self._calls.post(f"sales_api/do/approve/{queued.item.target_id}", claim)
        is_done = isinstance(answer, NoEffect) and any(
            words in answer.code.casefold() for words in ALREADY_APPROVED
        )
        return Succeeded(claim.token) if is_done or isinstance(answer, Good) else answer

    async def _number(self, queued: Queued, claim: Claim) -> Answered:
        answer = await read_invoice(self._calls, queued.item.target_id, claim)
        if not isinstance(answer, Good):
            return answer
        if number := header_of(answer).get("invoice_no"):
            return Succeeded(claim.token, target_number=str(number))
        if queued.item.attempts > self._limits.number_looks:
            return Refuted(claim.token, HoldCode.OVERDUE, "it was approved and has no number")
        every_s = self._limits.number_every_s
        return NoEffect(claim.token, "no_number_yet", After.RETRY, retry_after_s=every_s)

    async def _send(self, queued: Queued, claim: Claim) -> Answered:
        answer = await self._calls.post(f"sales_api/do/send/{queued.item.target_id}", claim)
        if not isinstance(answer, Good):
            return answer
        # Good by its status, and a failure all the same.
        if str(answer.body.get("data", "")).lower() == FAILED:
            return NoEffect(claim.token, FAILED, After.REJECT)
        return Succeeded(claim.token)

    async def delivery_problem(self, queued: Queued, header: Row) -> str:
        """Return that a document which was sent is among the delivery errors now, in words."""
        if Step.SEND not in queued.item.steps[: queued.item.finished]:
            return ""
        if self._errors is None or time.monotonic() - self._errors_at > ERRORS_AGE_S:
            found = await self._delivery_errors()
            self._errors = [] if isinstance(found, Unread | Refusal) else found
            self._errors_at = time.monotonic()
        number = str(header.get("invoice_no") or "")
        is_one = is_undelivered(self._errors, queued.item.target_id, number)
        return "it is among the delivery errors" if is_one else ""

    async def _delivery_errors(self) -> list[Row] | Unread | Refusal:
        found = await self._calls.rows(DELIVERY_ERRORS)
        return Unread.FAILED if isinstance(found, dict) else found

    async def _delivery(self, queued: Queued, claim: Claim) -> Answered:
        """See that it went as it was: no delivery error, and no sum but for the surcharge."""
        answer = await read_invoice(self._calls, queued.item.target_id, claim)
        if not isinstance(answer, Good):
            return answer
        header = header_of(answer)
        if against := against_sums(header, self._prepare(queued), is_sent=True):
            return Refuted(claim.token, HoldCode.DIFFERS, f"after it was sent, {against}")
        errors = await self._delivery_errors()
        if isinstance(errors, Unread | Refusal):
            code = errors.code if isinstance(errors, Refusal) else "delivery_errors_unread"
            return NoEffect(claim.token, code, After.RETRY, retry_after_s=LATER_S)
        if is_undelivered(errors, queued.item.target_id, str(header.get("invoice_no") or "")):
            return Refuted(claim.token, HoldCode.UNDELIVERED, "Fennoa names it as not delivered")
        if queued.item.attempts < self._limits.delivery_looks:
            every_s = self._limits.delivery_every_s
            return NoEffect(claim.token, "delivery_watched", After.RETRY, retry_after_s=every_s)
        return Succeeded(claim.token)
