"""Posting an invoice: our rows in place of those that Procountor generated, and of nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

from blocks.hub.outbox import Queued
from blocks.systems.procountor.listing import Row, every
from blocks.systems.procountor.there import (
    Answered,
    Prepared,
    There,
    confirmed,
    document_of,
)
from blocks.systems.targets import Before, Claim, Reading
from ledger.invoice.mappings.procountor.invoices import type_of
from ledger.invoice.mappings.procountor.reading import (
    gross_in,
    moment,
    number_of,
    same_version,
    text_in,
)
from ledger.invoice.mappings.procountor.receipts import (
    booked_body,
    is_generated,
    ledger_rows,
    rows_digest,
)
from ledger.invoice.pushed.invoices import PushedInvoice
from ledger.push.events import Already, Barred, Finding, Postponed
from ledger.push.items import HoldCode

POSTED: Final = "somebody posted it there, and that is not overwritten"
EDITED: Final = "it was edited there since it was read back"
FINAL: Final = "it cannot be posted any more: it is {status} there"
OPEN: Final = frozenset({"UNFINISHED", "RECEIVED"})


@dataclass
class Booking:
    """See `Kind`, for one step. Receipts that were read are kept until the call that follows."""

    there: There
    _read: dict[int, Row] = field(default_factory=dict)

    async def before(self, queued: Queued) -> Prepared:
        """Read the receipt, whose id may be a new one, and make sure that nobody wrote to it."""
        invoice = document_of(queued, PushedInvoice)
        if invoice.postings is None:
            return Already(detail="Procountor posts it by its own rules")
        found = await self.there.one(f"invoices/{queued.item.target_id}")
        total = invoice.totals_by(self.there.terms.rounding).gross
        if gross_in(found, invoice.currency) != total:
            return Barred(HoldCode.CONFLICT, EDITED)
        receipt = await self._receipt(found)
        if ledger_rows(receipt) == ledger_rows(booked_body(receipt, invoice)):
            return Already()
        status = text_in(found, "status")
        if status not in OPEN:
            return Barred(HoldCode.CONFLICT, FINAL.format(status=status))
        if why := await self._touched(receipt, invoice, queued):
            return why
        self._read[queued.id] = receipt
        return Before(_facts(receipt))

    async def call(self, queued: Queued, claim: Claim) -> Answered:
        """Write our rows under the version that was read; a later one is refused there."""
        invoice = document_of(queued, PushedInvoice)
        receipt = self._read.pop(queued.id, None) or await self.there.one(
            f"ledgerreceipts/{queued.item.before['receipt']}"
        )
        body = booked_body(receipt, invoice) | {"version": queued.item.before["version"]}
        answer = await self.there.api.change(
            "PUT",
            f"ledgerreceipts/{queued.item.before['receipt']}",
            token=claim.token,
            until_s=claim.until_s,
            body=body,
        )
        return await confirmed(answer, lambda: self.read(queued), token=claim.token)

    async def read(self, queued: Queued) -> Reading:
        """Read the invoice's receipt anew: it has our rows, or is as it was, or is a person's."""
        invoice = document_of(queued, PushedInvoice)
        found = await self.there.one(f"invoices/{queued.item.target_id}")
        receipt = await self._receipt(found)
        if ledger_rows(receipt) == ledger_rows(booked_body(receipt, invoice)):
            return Reading(Finding.DONE)
        if _is_as_before(receipt, queued.item.before):
            return Reading(Finding.NOT_DONE)
        return Reading(Finding.CONFLICT, POSTED)

    async def _receipt(self, invoice: Row) -> Row:
        return await self.there.one(f"ledgerreceipts/{number_of(invoice.get('ledgerReceiptId'))}")

    async def _touched(
        self, receipt: Row, invoice: PushedInvoice, queued: Queued
    ) -> Barred | Postponed | None:
        """Return why a receipt is not as Procountor generated it, or is not known to be."""
        if queued.item.before.get("receipt"):
            is_same = _is_as_before(receipt, queued.item.before)
            return None if is_same else Barred(HoldCode.CONFLICT, POSTED)
        if not is_generated(receipt, invoice):
            return Barred(HoldCode.CONFLICT, POSTED)
        filters = {"types": type_of(invoice), "originalInvoiceNumber": invoice.number}
        rows = await every(self.there.api, "invoices", filters)
        mine = [row for row in rows if str(row.get("id")) == queued.item.target_id]
        made = moment(mine[0].get("created")) if mine else None
        changed = moment(receipt.get("version"))
        if made is None or changed is None:
            return Postponed("no_times", 60.0)
        limit = dt.timedelta(seconds=self.there.terms.untouched_s)
        return Barred(HoldCode.CONFLICT, POSTED) if changed - made > limit else None


def _facts(receipt: Row) -> dict[str, Any]:
    return {
        "receipt": number_of(receipt.get("id")),
        "version": text_in(receipt, "version"),
        "rows": rows_digest(receipt),
    }


def _is_as_before(receipt: Row, known: Any) -> bool:
    return (
        number_of(receipt.get("id")) == known.get("receipt")
        and same_version(receipt.get("version"), known.get("version"))
        and rows_digest(receipt) == known.get("rows")
    )
