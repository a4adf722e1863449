"""Purchase and sales invoices: made, read back, posted, given their image, approved; in that order.

Nothing can be changed after the approval, so the totals are compared before it, and once more right
before the call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from blocks.hub.outbox import Queued
from blocks.systems.procountor.approving import Approving
from blocks.systems.procountor.attaching import Attaching
from blocks.systems.procountor.booking import Booking
from blocks.systems.procountor.listing import Row, every, newest_id, since
from blocks.systems.procountor.there import (
    Answered,
    Prepared,
    Seen,
    There,
    document_of,
)
from blocks.systems.targets import Before, Claim, Reading, Walk
from ledger.invoice.mappings.procountor.invoices import invoice_body
from ledger.invoice.mappings.procountor.proofs import Likeness, Wanted, likeness, wanted_of
from ledger.invoice.mappings.procountor.reading import gross_in, number_of, text_in
from ledger.invoice.pushed.invoices import PushedInvoice
from ledger.push.events import Barred, NoEffect, Refuted, Succeeded
from ledger.push.items import HoldCode
from ledger.push.steps import Step

PATH: Final = "invoices"
SEVERAL: Final = "more than one invoice agrees with it in everything"
ALIKE: Final = "an invoice there has its number or its figures, and is not known to be ours"


@dataclass
class Invoices:
    """See `Kind`. `type`: as Procountor spells it."""

    there: There
    type: str
    _steps: dict[Step, Booking | Attaching | Approving] = field(init=False)

    def __post_init__(self) -> None:
        there = self.there
        self._steps = {
            Step.BOOK: Booking(there),
            Step.ATTACH: Attaching(there),
            Step.APPROVE: Approving(there),
        }

    async def before(self, step: Step, queued: Queued) -> Prepared:
        """Read what has to be known before a step."""
        if step is Step.CREATE:
            return await self._before_create(queued)
        return await self._steps[step].before(queued)

    def sends(self, step: Step, queued: Queued) -> object:
        """Return what the call sends."""
        if step is Step.CREATE:
            return queued.item.before.get("found") or self._body(queued).body
        return [queued.item.target_id, dict(queued.item.before)]

    async def call(self, step: Step, queued: Queued, claim: Claim) -> Answered:
        """Take a step once."""
        if step is Step.CREATE:
            return await self._create(queued, claim)
        if step is Step.CHECK:
            return await self._check(queued, claim)
        return await self._steps[step].call(queued, claim)

    async def read(self, step: Step, queued: Queued) -> Reading:
        """Read what became of a step."""
        return await self._steps[step].read(queued)

    async def walk(self, mark: str, wanted: Mapping[str, Queued]) -> Walk:
        """Look for wanted invoices by their numbers, and at all that is newer than a mark."""
        after = int(mark or 0)
        newest = max(await newest_id(self.there.api, PATH, {"types": self.type}), after)
        seen = Seen()
        if not wanted:
            # Nothing in an invoice says whose it is before it is known what is looked for; each
            # create looks by itself for what was there before it.
            return seen.walk(newest)
        margin = self.there.terms.margin_ids
        rows = await since(self.there.api, PATH, after, margin, {"types": self.type})
        for key, queued in wanted.items():
            named = await self._named(queued)
            found = {number_of(row.get("id")): row for row in (*rows, *named)}
            for number, row in found.items():
                kind = self._kind(row, queued, after=after)
                if kind is not Likeness.OTHER:
                    seen.note(key, number, is_ours=kind is Likeness.OURS)
        return seen.walk(newest)

    async def deviations(self, queued: Queued) -> Sequence[str]:
        """Return in what an invoice differs from what was sent."""
        found = await self.there.one(f"{PATH}/{queued.item.target_id}")
        return list(self._differing(found, queued))

    async def _before_create(self, queued: Queued) -> Prepared:
        """Look for what is there already: by another way, or by us before the hub was restored."""
        newest = await newest_id(self.there.api, PATH, {"types": self.type})
        ours: set[int] = set()
        alike: set[int] = set()
        for row in await self._named(queued):
            number = number_of(row.get("id"))
            kind = self._kind(row, queued, after=0)
            if str(number) in queued.item.set_aside or kind is Likeness.OTHER:
                continue
            (ours if kind is Likeness.OURS else alike).add(number)
        if len(ours) > 1:
            return Barred(HoldCode.SEVERAL, SEVERAL, frozenset(map(str, ours)))
        if alike:
            return Barred(HoldCode.LOOKALIKE, ALIKE, frozenset(map(str, alike | ours)))
        facts = {"found": min(ours)} if ours else {}
        return Before(facts, mark=str(newest))

    async def _create(self, queued: Queued, claim: Claim) -> Answered:
        if found := queued.item.before.get("found"):
            return Succeeded(claim.token, str(found), detail="it was there already, by us")
        return await self.there.make("POST", "invoices", self._body(queued), claim)

    async def _check(self, queued: Queued, claim: Claim) -> Answered:
        """Read an invoice back; one whose figures are others is for a person."""
        found = await self.there.made(f"{PATH}/{queued.item.target_id}", claim)
        if isinstance(found, Refuted | NoEffect):
            return found
        if differing := list(self._differing(found, queued)):
            detail = f"not what was sent: {', '.join(differing)}"
            return Refuted(claim.token, HoldCode.DIFFERS, detail)
        return Succeeded(claim.token, target_number=text_in(found, "invoiceNumber"))

    def _differing(self, found: Row, queued: Queued) -> Sequence[str]:
        wanted = self._wanted(queued)
        total = gross_in(found, wanted.currency)
        partner_id = number_of(found.get("partnerId"))
        facts: dict[str, bool] = {
            "its type": text_in(found, "type") == wanted.type,
            "its number": text_in(found, "originalInvoiceNumber") == wanted.number,
            "its date": text_in(found, "date")[:10] == wanted.date,
            "its total": total == wanted.total,
            "its partner": wanted.partner_id is None or partner_id == wanted.partner_id,
        }
        return [name for name, is_same in facts.items() if not is_same]

    async def _named(self, queued: Queued) -> list[Row]:
        """Return the invoices with a document's number; the filter is Procountor's."""
        number = document_of(queued, PushedInvoice).number
        return await every(
            self.there.api, PATH, {"types": self.type, "originalInvoiceNumber": number}
        )

    def _kind(self, row: Row, queued: Queued, *, after: int) -> Likeness:
        is_newer = number_of(row.get("id")) > after
        return likeness(row, self._wanted(queued), is_newer=is_newer, user_id=self.there.user_id)

    def _wanted(self, queued: Queued) -> Wanted:
        invoice = document_of(queued, PushedInvoice)
        partner_id = self.there.writer(queued).link(invoice.partner, "partner")
        return wanted_of(invoice, self.there.terms, partner_id=partner_id)

    def _body(self, queued: Queued) -> Any:
        writer = self.there.writer(queued)
        invoice = document_of(queued, PushedInvoice)
        return invoice_body(invoice, writer, user_id=self.there.who.user_id)
