"""Documents: the files that the source connects to a year's vouchers, and what else lies beside it.

They attach by series and number, whatever source the ledger came from. Only files that are not in
the lake are fetched; those fetched are published a batch at a time, so that a run that dies has
little to fetch again.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from itertools import count
from typing import Any, Final

from blocks.media_types import media_type
from blocks.steps import reached
from blocks.systems.ports import DocumentSource, MissingFile, SourceYear
from blocks.systems.registry import Books, NothingToFetch
from tasks.document_year import DOCUMENT_LIMITS, DocumentLimits, DocumentYear
from tasks.jobs import Job
from tasks.log import say
from tasks.pages.documents import DocumentsFound, documents_page
from tasks.pages_shown import show_page
from tasks.progress import Teller
from tasks.steps import step

AT_ONCE: Final = 4
"""Files fetched at the same time; each is in memory as a whole."""

PAGE: Final = "documents"


@step("documents", about="job.unit")
async def documents(
    job: Job, books: Books, source_year: SourceYear, *, limits: DocumentLimits = DOCUMENT_LIMITS
) -> DocumentsFound:
    """Fetch the files on a year's vouchers that are new, and publish them beside the ledger.

    One file's failure stops no other: it is counted, named, and tried again by the next run. A
    right that the connection lacks is told, and is no failure.

    Args:
        job: The unit's.
        books: The tenant's, in its accounting system.
        source_year: Which year.
        limits: How much is fetched.

    Raises:
        TransientError: The system did not answer for a list.
        TerminalError: The consent is gone, or a list is not as documented.
        StaleLease: A later run has acted on the unit.

    Source:
        R-SEN-16, R-SEN-30, R-SEN-36.
    """
    year = await list_documents(job, books, source_year, limits=limits)
    return await take_documents(year, books)


async def list_documents(
    job: Job, books: Books, source_year: SourceYear, *, limits: DocumentLimits = DOCUMENT_LIMITS
) -> DocumentYear:
    """List a year's files, and what of them lies in the lake; raises as `documents`."""
    source = source_of(books)
    before = await asyncio.to_thread(
        job.stores.warehouse.read_side_table,
        job.unit.tenant,
        "connected_file",
        year=job.unit.year,
    )
    listed = await source.of_year(source_year, before)
    reached("documents.listed")
    return await asyncio.to_thread(DocumentYear.begun, job, listed, before, limits)


async def take_documents(year: DocumentYear, books: Books) -> DocumentsFound:
    """Fetch what of a list is new, and publish it; raises as `documents`."""
    job, limits = year.job, year.limits
    wanted = year.missing[: limits.files]
    done, teller = count(1), Teller(f"Fetching documents of {job.unit}")
    for first in range(0, len(wanted), limits.batch_files):
        batch = wanted[first : first + limits.batch_files]
        await _fetch(year, books, batch, tell=lambda: teller.tell(next(done), len(wanted)))
        reached("documents.landed")
        await asyncio.to_thread(year.publish)
        if year.is_over:
            break
    found, is_news = await asyncio.to_thread(_conclude, year)
    say(found.in_words, **job.where)
    if job.run_id and is_news:
        page = documents_page(job.unit, found)
        await show_page(job.unit.artifact_key(PAGE), page, card=found.in_words)
    return found


async def _fetch(
    year: DocumentYear, books: Books, ids: list[str], *, tell: Callable[[], None]
) -> None:
    """Land the files, each as it came; note those that failed, and tell of each."""
    free, source = asyncio.Semaphore(AT_ONCE), source_of(books)

    async def fetch(id_: str) -> None:
        async with free:
            if year.is_over:
                return
            content = await source.content(id_)
            if isinstance(content, MissingFile):
                year.note(id_, content)
            else:
                kept = await asyncio.to_thread(_land, year.job, documents_of(books.name), content)
                year.keep(id_, kept)
            tell()

    for ended in await asyncio.gather(*map(fetch, ids), return_exceptions=True):
        if isinstance(ended, BaseException):
            raise ended


def source_of(books: Books) -> DocumentSource:
    """Return where the documents come from.

    Raises:
        NothingToFetch: The system offers none; callers ask before.
    """
    if books.documents is None:
        raise NothingToFetch(title=books.title, offer="documents")
    return books.documents


def documents_of(system: str) -> str:
    """Return the lake's source under which a system's files lie; they are never pruned."""
    return f"{system}-documents"


def _land(job: Job, source: str, content: bytes) -> dict[str, Any]:
    lake = job.stores.lake
    # What the sender calls a file differs from voucher to voucher, so the landing has no name.
    landed = lake.land(job.unit.tenant, source, content, file_name="")
    return {
        "media_type": media_type(content),
        "size_bytes": landed.size_bytes,
        "sha256": landed.sha256,
        "lake_address": landed.address,
        "fetched_at": dt.datetime.now(dt.UTC),
    }


def _conclude(year: DocumentYear) -> tuple[DocumentsFound, bool]:
    """Publish what is left, tell the hub, and say whether there is anything new to show."""
    year.publish()
    found, unit, hub = year.found(), year.job.unit, year.job.stores.hub
    known = hub.documents.find(unit.tenant, unit.year)
    if found.kinds and not year.refused:
        hub.documents.fetched(
            unit.tenant,
            unit.year,
            document_count=found.counts.documents,
            without_voucher=found.counts.documents_without_voucher,
            reason=found.reason,
        )
    else:
        hub.documents.missed(unit.tenant, unit.year, reason=found.reason)
    reached("documents.recorded")
    return found, found.has_changes or known is None or known.reason != found.reason
