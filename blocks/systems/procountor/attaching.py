"""The image of an invoice: one attachment, proven by its bytes; it never stops the approval."""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from typing import Final

import httpx

from blocks.hub.outbox import Queued
from blocks.systems.procountor.answers import Good
from blocks.systems.procountor.listing import Row
from blocks.systems.procountor.there import Answered, Prepared, There, document_of
from blocks.systems.targets import Before, Claim, Reading
from ledger.invoice.mappings.procountor.images import check_image, image_meta, image_name
from ledger.invoice.mappings.procountor.reading import number_of, rows_in, text_in
from ledger.invoice.pushed.invoices import PushedInvoice
from ledger.invoice.pushed.parts import Image
from ledger.push.events import After, Already, Barred, Finding, NoEffect, Succeeded
from ledger.push.items import HoldCode

OTHER_BYTES: Final = "an attachment has the image's name and other bytes"
TWICE: Final = "the image is there twice"
MAX_NEW: Final = 50
"""Attachments whose bytes are compared; with more a person looks."""
BOUNDARY: Final = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)


@dataclass(frozen=True)
class Attaching:
    """See `Kind`, for one step."""

    there: There

    async def before(self, queued: Queued) -> Prepared:
        """Note which attachments there are; one that is the image already is not sent again."""
        image = _image(queued)
        if image is None:
            return Already(detail="it has no image")
        if remark := check_image(image, self.there.terms):
            return Already(detail=remark.message)
        attached = await self._attachments(queued)
        named = [row for row in attached if text_in(row, "name") == image_name(image)]
        for row in named:
            if await self._sha256(row) != image.sha256:
                return Barred(HoldCode.DIFFERS, OTHER_BYTES)
        if len(named) > 1:
            return Barred(HoldCode.SEVERAL, TWICE)
        if named:
            return Already()
        return Before({"attachments": [number_of(row.get("id")) for row in attached]})

    async def call(self, queued: Queued, claim: Claim) -> Answered:
        """Send the image; a refusal is noted, and the invoice goes on without it."""
        document, image = document_of(queued, PushedInvoice), _image(queued)
        content = await asyncio.to_thread(self.there.images, document, image) if image else None
        if image is None or content is None:
            return Succeeded(claim.token, detail="no image was attached: its bytes are not at hand")
        if hashlib.sha256(content).hexdigest() != image.sha256:
            return Succeeded(
                claim.token, detail="no image was attached: its bytes are not those that were named"
            )
        meta = image_meta(image, invoice_id=int(queued.item.target_id))
        answer = await self.there.api.upload(
            token=claim.token, until_s=claim.until_s, meta=meta, content=content
        )
        if isinstance(answer, Good):
            return Succeeded(claim.token)
        if isinstance(answer, NoEffect) and answer.after is After.REJECT:
            return Succeeded(claim.token, detail=f"the image was not taken: {answer.code}")
        return answer

    async def read(self, queued: Queued) -> Reading:
        """Look at the bytes of whatever was attached since; its name may have been changed."""
        image = _image(queued)
        if image is None:
            return Reading(Finding.DONE)
        known = set(queued.item.before.get("attachments", ()))
        new = [r for r in await self._attachments(queued) if number_of(r.get("id")) not in known]
        if len(new) > MAX_NEW:
            return Reading(Finding.CONFLICT, f"more than {MAX_NEW} attachments came meanwhile")
        ours = [row for row in new if await self._sha256(row) == image.sha256]
        if len(ours) > 1:
            return Reading(Finding.CONFLICT, TWICE)
        if ours:
            return Reading(Finding.DONE)
        is_named = any(text_in(row, "name") == image_name(image) for row in new)
        return Reading(Finding.CONFLICT, OTHER_BYTES) if is_named else Reading(Finding.NOT_DONE)

    async def _attachments(self, queued: Queued) -> list[Row]:
        """Return what hangs on the invoice; searching attachments is a paid feature."""
        found = await self.there.one(f"invoices/{queued.item.target_id}")
        return rows_in(found.get("attachments") or [])

    async def _sha256(self, row: Row) -> str:
        answer = await self.there.api.file(f"attachments/{number_of(row.get('id'))}")
        return hashlib.sha256(content_of(answer)).hexdigest()


def content_of(answer: httpx.Response) -> bytes:
    """Return the file of an answer in two parts, the first of which describes it."""
    found = BOUNDARY.search(answer.headers.get("content-type", ""))
    if not found:
        return b""
    mark = b"\r\n--" + found[1].encode()
    parts = (b"\r\n" + answer.content).split(mark)[1:-1]
    if len(parts) < 2:
        return b""
    return parts[1].partition(b"\r\n\r\n")[2]


def _image(queued: Queued) -> Image | None:
    return document_of(queued, PushedInvoice).image
