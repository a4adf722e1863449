"""Marking an invoice paid: what is open, read right before, and never what a bank pays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final

from blocks.hub.outbox import Queued
from blocks.systems.procountor.listing import Row, every
from blocks.systems.procountor.there import (
    Answered,
    Prepared,
    There,
    confirmed,
    document_of,
)
from blocks.systems.targets import Before, Claim, Reading, Walk
from ledger.invoice.mappings.procountor.proofs import IN_BANK, OPEN, STOPPED, open_sum, payment
from ledger.invoice.mappings.procountor.reading import gross_in, number_of, text_in
from ledger.invoice.mappings.procountor.vouchers import payment_body
from ledger.invoice.pushed.ledger import Payment
from ledger.push.events import Already, Barred
from ledger.push.items import HoldCode
from ledger.push.steps import Step

BANK_PAYS: Final = "Procountor pays it itself: it is {status} there"
NOT_APPROVED: Final = "it is {status} there, and only an approved invoice is marked paid"
TOO_MUCH: Final = "more is to be marked paid than is open there"
OTHER_CURRENCY: Final = "its currency there is another one"
ENOUGH: Final = "nothing is open there any more"


@dataclass(frozen=True)
class Payments:
    """See `Kind`."""

    there: There

    async def before(self, step: Step, queued: Queued) -> Prepared:  # noqa: ARG002 - there is one
        """Read which payments there are and what is open."""
        paid = document_of(queued, Payment)
        found = await self.there.one(f"invoices/{self._invoice_id(queued)}")
        total = gross_in(found, paid.currency)
        if total is None or text_in(found, "paymentInfo", "currency") != paid.currency:
            return Barred(HoldCode.DIFFERS, OTHER_CURRENCY)
        events = await self._events(queued)
        left = open_sum(total, events)
        status = text_in(found, "status")
        if status in IN_BANK:
            return Barred(HoldCode.CONFLICT, BANK_PAYS.format(status=status))
        if status in STOPPED or status in OPEN:
            return Barred(HoldCode.CONFLICT, NOT_APPROVED.format(status=status))
        if left <= 0:
            return Already(detail=ENOUGH)
        amount = left if paid.amount is None else paid.amount
        if amount > left:
            return Barred(HoldCode.DIFFERS, TOO_MUCH)
        return Before(
            {
                "events": [number_of(one.get("id")) for one in events],
                "open": str(left),
                "amount": str(amount),
                "is_sale": text_in(found, "type") == "SALES_INVOICE",
            }
        )

    def sends(self, step: Step, queued: Queued) -> object:  # noqa: ARG002 - there is one
        """Return which invoice is paid, and what was known before."""
        return [self._invoice_id(queued), dict(queued.item.before)]

    async def call(self, step: Step, queued: Queued, claim: Claim) -> Answered:  # noqa: ARG002
        """Mark it paid; a refusal is read back."""
        body = payment_body(
            document_of(queued, Payment),
            self._amount(queued),
            is_sale=bool(queued.item.before.get("is_sale")),
        )
        answer = await self.there.api.change(
            "PUT",
            f"invoices/{self._invoice_id(queued)}/paymentevents/markpaid",
            token=claim.token,
            until_s=claim.until_s,
            body=body,
        )
        look = partial(self._reading, queued, is_part=False)
        return await confirmed(answer, look, token=claim.token)

    async def walk(self, mark: str, wanted: Mapping[str, Queued]) -> Walk:  # noqa: ARG002
        """Look at nothing: a payment is never created, its invoice is read."""
        return Walk(is_complete=True, newest="")

    async def read(self, step: Step, queued: Queued) -> Reading:  # noqa: ARG002 - there is one
        """Read which payments came since, and whether one is ours."""
        before = queued.item.before
        is_part = self._amount(queued) < Decimal(str(before.get("open", "0")))
        return await self._reading(queued, is_part=is_part)

    async def _reading(self, queued: Queued, *, is_part: bool) -> Reading:
        finding, detail = payment(
            await self._events(queued),
            known=queued.item.before.get("events", ()),
            paid_on=document_of(queued, Payment).paid_on.isoformat(),
            amount=self._amount(queued),
            is_part=is_part,
        )
        return Reading(finding, detail)

    async def _events(self, queued: Queued) -> list[Row]:
        return await every(self.there.api, f"invoices/{self._invoice_id(queued)}/paymentevents")

    def _amount(self, queued: Queued) -> Decimal:
        return Decimal(str(queued.item.before.get("amount", "0")))

    def _invoice_id(self, queued: Queued) -> int:
        """Return the invoice's id there; it was waited for, or is named."""
        link = document_of(queued, Payment).invoice
        return number_of(self.there.writer(queued).link(link, "invoice"))
