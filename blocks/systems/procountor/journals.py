"""Journals: vouchers of their own, known again by a name that ends in our key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from blocks.hub.outbox import Queued
from blocks.systems.procountor.approving import SET_BACK, TAKEN_OUT
from blocks.systems.procountor.listing import Row, every, newest_id, since
from blocks.systems.procountor.there import (
    Answered,
    Prepared,
    Seen,
    There,
    confirmed,
    document_of,
)
from blocks.systems.targets import Before, Claim, Reading, Walk
from ledger.invoice.mappings.procountor.proofs import GONE_THERE, approval
from ledger.invoice.mappings.procountor.reading import number_of, same_version, text_in
from ledger.invoice.mappings.procountor.receipts import ledger_rows
from ledger.invoice.mappings.procountor.vouchers import journal_body, journal_name
from ledger.invoice.pushed.ledger import Journal
from ledger.push.events import Already, Barred, Finding, NoEffect, Refuted, Succeeded
from ledger.push.items import HoldCode
from ledger.push.steps import Step

PATH: Final = "ledgerreceipts"
TYPE: Final = {"types": "JOURNAL"}
OTHER_ROWS: Final = "a journal has its name and other rows"


@dataclass(frozen=True)
class Journals:
    """See `Kind`."""

    there: There

    async def before(self, step: Step, queued: Queued) -> Prepared:
        """Look for a journal of its name, or read the one that is to be approved."""
        if step is Step.APPROVE:
            return await self._before_approve(queued)
        found = await self._named(queued)
        ids = frozenset(str(row.get("id")) for row in found) - queued.item.set_aside
        if len(ids) > 1:
            return Barred(HoldCode.SEVERAL, "more than one journal has its name", ids)
        if ids:
            (number,) = ids
            if not await self._is_ours(number, queued):
                return Barred(HoldCode.LOOKALIKE, OTHER_ROWS, ids)
            return Before({"found": number})
        return Before(mark=str(await newest_id(self.there.api, PATH, TYPE)))

    def sends(self, step: Step, queued: Queued) -> object:
        """Return the journal, or what is approved."""
        if step is Step.CREATE:
            return queued.item.before.get("found") or self._body(queued).body
        return [queued.item.target_id, dict(queued.item.before)]

    async def call(self, step: Step, queued: Queued, claim: Claim) -> Answered:
        """Make, check or approve the journal."""
        if step is Step.CREATE:
            return await self._create(queued, claim)
        return await (self._check if step is Step.CHECK else self._approve)(queued, claim)

    async def walk(self, mark: str, wanted: Mapping[str, Queued]) -> Walk:
        """Look at all journals newer than a mark: by name, and by rows under another name."""
        newest, after = await newest_id(self.there.api, PATH, TYPE), int(mark or 0)
        seen = Seen()
        if wanted:
            margin = self.there.terms.margin_ids
            rows = await since(self.there.api, PATH, after, margin, TYPE)
            for queued in wanted.values():
                for row in rows:
                    await self._judge(row, queued, seen, after=after)
        return seen.walk(max(newest, after))

    async def read(self, step: Step, queued: Queued) -> Reading:  # noqa: ARG002 - the approval alone
        """Read the journal's state, and whether it was touched since."""
        found = await self.there.one(f"{PATH}/{queued.item.target_id}")
        status = text_in(found, "status")
        is_same = same_version(found.get("version"), queued.item.before.get("version"))
        finding = approval(status, is_same_version=is_same)
        detail = TAKEN_OUT if status in GONE_THERE else SET_BACK
        number = text_in(found, "receiptNumber")
        return Reading(finding, detail if finding is Finding.CONFLICT else "", number)

    async def _before_approve(self, queued: Queued) -> Prepared:
        found = await self.there.one(f"{PATH}/{queued.item.target_id}")
        status, version = text_in(found, "status"), text_in(found, "version")
        if status in GONE_THERE:
            return Barred(HoldCode.CONFLICT, TAKEN_OUT)
        if status != "UNFINISHED":
            return Already(target_number=text_in(found, "receiptNumber"))
        known = queued.item.before.get("version")
        if known and not same_version(known, version):
            return Barred(HoldCode.CONFLICT, SET_BACK)
        if ledger_rows(found) != ledger_rows(self._body(queued).body or {}):
            return Barred(HoldCode.CONFLICT, OTHER_ROWS)
        return Before({"version": version})

    async def _create(self, queued: Queued, claim: Claim) -> Answered:
        if found := queued.item.before.get("found"):
            return Succeeded(claim.token, str(found), detail="it was there already, by us")
        return await self.there.make("POST", "ledgerreceipts", self._body(queued), claim)

    async def _check(self, queued: Queued, claim: Claim) -> Answered:
        found = await self.there.made(f"{PATH}/{queued.item.target_id}", claim)
        if isinstance(found, Refuted | NoEffect):
            return found
        if ledger_rows(found) != ledger_rows(self._body(queued).body or {}):
            return Refuted(claim.token, HoldCode.DIFFERS, "its rows are not those that were sent")
        return Succeeded(claim.token, target_number=text_in(found, "receiptNumber"))

    async def _approve(self, queued: Queued, claim: Claim) -> Answered:
        answer = await self.there.api.change(
            "PUT",
            f"ledgerreceipts/{queued.item.target_id}/approve",
            token=claim.token,
            until_s=claim.until_s,
        )
        look = partial(self.read, Step.APPROVE, queued)
        return await confirmed(answer, look, token=claim.token)

    async def _judge(self, row: Row, queued: Queued, seen: Seen, *, after: int) -> None:
        """Note whether a journal is ours: by its name and rows, or for a person to look at."""
        number = str(number_of(row.get("id")))
        has_name = text_in(row, "name") == self._name(queued)
        has_date = text_in(row, "receiptDate")[:10] == document_of(queued, Journal).date.isoformat()
        if not has_name and not (has_date and int(number) > after):
            return
        is_ours = await self._is_ours(number, queued)
        is_gone = text_in(row, "status") in GONE_THERE
        if has_name or is_ours:
            seen.note(queued.item.key, number, is_ours=has_name and is_ours and not is_gone)

    async def _is_ours(self, number: str, queued: Queued) -> bool:
        found = await self.there.one(f"{PATH}/{number}")
        return ledger_rows(found) == ledger_rows(self._body(queued).body or {})

    async def _named(self, queued: Queued) -> list[Row]:
        day = document_of(queued, Journal).date.isoformat()
        rows = await every(self.there.api, PATH, {**TYPE, "startDate": day, "endDate": day})
        name = self._name(queued)
        return [
            row
            for row in rows
            if text_in(row, "name") == name and text_in(row, "status") not in GONE_THERE
        ]

    def _name(self, queued: Queued) -> str:
        return journal_name(document_of(queued, Journal), queued.item.key)

    def _body(self, queued: Queued) -> Any:
        writer = self.there.writer(queued)
        return journal_body(document_of(queued, Journal), writer, key=queued.item.key)
