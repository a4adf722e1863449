"""Approving an invoice or a journal: what was checked, as it was checked, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from blocks.hub.outbox import Queued
from blocks.systems.procountor.there import (
    Answered,
    Prepared,
    There,
    confirmed,
    document_of,
)
from blocks.systems.targets import Before, Claim, Reading
from ledger.invoice.mappings.procountor.proofs import OPEN, STOPPED, approval
from ledger.invoice.mappings.procountor.reading import gross_in, same_version, text_in
from ledger.invoice.pushed.invoices import PushedInvoice
from ledger.push.events import Already, Barred, Finding
from ledger.push.items import HoldCode

EDITED: Final = "it was edited there since it was read back"
TAKEN_OUT: Final = "a person took it out of the books there"
SET_BACK: Final = "it was approved and set back, or edited, by a person there"


@dataclass(frozen=True)
class Approving:
    """See `Kind`, for one step."""

    there: There

    async def before(self, queued: Queued) -> Prepared:
        """Read the invoice once more: what is approved cannot be changed any more."""
        invoice = document_of(queued, PushedInvoice)
        found = await self.there.one(f"invoices/{queued.item.target_id}")
        status, version = text_in(found, "status"), text_in(found, "version")
        if status in STOPPED:
            return Barred(HoldCode.CONFLICT, TAKEN_OUT)
        if status not in OPEN:
            return Already(target_number=text_in(found, "invoiceNumber"))
        if gross_in(found, invoice.currency) != invoice.totals_by(self.there.terms.rounding).gross:
            return Barred(HoldCode.CONFLICT, EDITED)
        known = queued.item.before.get("version")
        if known and not same_version(known, version):
            return Barred(HoldCode.CONFLICT, SET_BACK)
        return Before({"version": version})

    async def call(self, queued: Queued, claim: Claim) -> Answered:
        """Approve it; a refusal is read back, since somebody else may have."""
        answer = await self.there.api.change(
            "PUT",
            f"invoices/{queued.item.target_id}/approve",
            token=claim.token,
            until_s=claim.until_s,
            body={},
        )
        return await confirmed(answer, lambda: self.read(queued), token=claim.token)

    async def read(self, queued: Queued) -> Reading:
        """Read the invoice's state, and whether it was touched since."""
        found = await self.there.one(f"invoices/{queued.item.target_id}")
        is_same = same_version(found.get("version"), queued.item.before.get("version"))
        finding = approval(text_in(found, "status"), is_same_version=is_same)
        is_out = text_in(found, "status") in STOPPED
        detail = TAKEN_OUT if is_out else SET_BACK
        return Reading(
            finding,
            detail if finding is Finding.CONFLICT else "",
            target_number=text_in(found, "invoiceNumber"),
        )
