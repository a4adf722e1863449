"""The image of an invoice, from the feed into the lake: its bytes are there before it is queued."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from blocks.lake import Lake
from blocks.systems.ports import DocumentFeed, MissingFile
from ledger.ecom.documents import EcomDocument
from ledger.errors import TerminalError
from ledger.invoice.mappings.ecom_procountor.postings import Refusal, refusal
from ledger.invoice.mappings.ecom_procountor.terms import SOURCE, Terms
from ledger.invoice.pushed.parts import Image


@dataclass(frozen=True)
class Fetched:
    """An image, or why the invoice goes without one; neither where it has none."""

    image: Image | None = None
    notes: tuple[Refusal, ...] = ()


async def fetch_image(
    lake: Lake, tenant: str, feed: DocumentFeed, document: EcomDocument, terms: Terms
) -> Fetched:
    """Return a document's image with its bytes in the lake; no other file of it is ever asked for.

    Raises:
        CallRefused, CallFailed: The feed does not answer; the invoice waits for the next run.
    """
    file = document.image
    if file is None:
        return Fetched()
    image = Image(
        sha256=file.sha256,
        name=file.name,
        size_bytes=file.size_bytes,
        media_type=file.media_type,
    )
    if file.size_bytes > terms.max_image_bytes:
        return Fetched(image)
    if await asyncio.to_thread(lake.find, tenant, SOURCE, file.sha256):
        return Fetched(image)
    content = await feed.file(file.sha256)
    if isinstance(content, MissingFile):
        return Fetched(notes=(refusal("image_unreadable", reason=content.reason or content.code),))
    try:
        await asyncio.to_thread(lake.land, tenant, SOURCE, content, file_name=file.name)
    except TerminalError as problem:
        return Fetched(notes=(refusal("image_unreadable", reason=problem.code),))
    return Fetched(image.model_copy(update={"size_bytes": len(content)}))
