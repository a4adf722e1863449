"""Pull: one fiscal year fetched from a vendor's system, landed with what it was asked beside it."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from decimal import Decimal
from functools import partial

from blocks.lake import ExtractPart
from blocks.systems.ports import Extract, KnownYear, SourceYear
from blocks.systems.registry import Books
from ledger.errors import TerminalError
from ledger.text import number_of
from tasks.evidence import pack, unasked
from tasks.fetch import Fetched
from tasks.file_dates import date_of_extract
from tasks.from_landing import evidence_of
from tasks.jobs import Job
from tasks.ledger_files import facts_of, open_landed
from tasks.log import say, warn
from tasks.progress import walked
from tasks.steps import step


@step("pull", about="job.unit")
async def pull(
    job: Job, books: Books, source_year: SourceYear, *, asks_closing: bool = False
) -> Fetched:
    """Fetch a year's ledger and what it is held against, and land both.

    Args:
        job: The unit's.
        books: The tenant's, in its accounting system.
        source_year: Which year.
        asks_closing: Ask for each balance account's closing balance too, which may be one call
            each; the system may ask for them by itself when the year comes from it the first time.

    Raises:
        TransientError: The system did not answer, sent something else than that year, or the books
            kept changing while they were read.
        TerminalError: A licence, a right or the consent is missing; the message says who acts.
    """
    known = await asyncio.to_thread(known_year, job, books.name, asks_closing=asks_closing)
    with walked(f"Fetching {job.unit}"):
        extract = await books.ledger.extract(source_year, known=known)
    return await asyncio.to_thread(land_extract, job, books, extract)


def land_extract(job: Job, books: Books, extract: Extract) -> Fetched:
    """Keep what came as it came."""
    year, lake, tenant = job.unit.year, job.stores.lake, job.unit.tenant
    name = f"{books.name} {year.key}"
    landed = lake.land_extract(
        tenant, books.name, extract.parts, file_name=name, format_name=extract.format
    )
    asked = f"asked {year.key}.arrow"
    packed = pack(extract.evidence)
    evidence = lake.land(tenant, evidence_of(books.name), packed, file_name=asked)
    file = open_landed(lake, landed)
    facts = facts_of(file, landed, year)
    size_bytes = sum(part.size_bytes for part in lake.parts_of(landed))
    say(
        f"Fetched {year} from {books.title} in {number_of(extract.calls, 'call')}: "
        f"{number_of(size_bytes, 'byte')}{_list_in_words(extract)}",
        **job.where,
        calls=extract.calls,
        size_bytes=size_bytes,
        sha256=landed.sha256,
    )
    if unknown := extract.unknown_codes:
        listed = ", ".join(f"{code} ({count:,})" for code, count in unknown.items())
        warn(
            f"Codes of {books.title} that are not known here, kept as they came: {listed}",
            **job.where,
            unknown_codes=sum(unknown.values()),
        )
    known = {
        "evidence_sha256": evidence.sha256,
        "unasked": unasked(packed),
        "organisation_number": facts.organisation_number or extract.organisation_number,
    }
    return Fetched(
        landed,
        facts.model_copy(update=known),
        file,
        evidence=evidence,
        dated=date_of_extract(job.stores.hub, tenant, file.facts),
        evidence_sha256=hashlib.sha256(pack(extract.asked_always)).hexdigest(),
    )


def known_year(job: Job, system: str, *, asks_closing: bool = False) -> KnownYear:
    """Return what a system is told of a year before it is asked for it."""
    unit = job.unit
    status = job.stores.hub.units.find(unit.tenant, unit.year)
    is_from_here = status is not None and status.published_source == system
    parts = published_parts(job, system) if is_from_here else ()
    return KnownYear(
        is_from_here,
        asks_closing,
        parts,
        read=job.stores.lake.reader(unit.tenant, system, parts),
        today=job.stores.hub.tenants.get(unit.tenant).day_of(job.stores.hub.database.now()),
        closing_before=partial(closing_before, job),
    )


def closing_before(job: Job) -> dict[str, Decimal]:
    """Return what the published year before closed with; nothing where there is none."""
    warehouse, unit = job.stores.warehouse, job.unit
    last = unit.year.start_date - dt.timedelta(days=1)
    before = next((y for y in warehouse.units(unit.tenant) if y.end_date == last), None)
    if before is None:
        return {}
    found = warehouse.report(unit.tenant, "closing_balance", fiscal_year=before.key)
    return dict(zip(found["account_number"].to_pylist(), found["closing"].to_pylist(), strict=True))


def published_parts(job: Job, system: str) -> tuple[ExtractPart, ...]:
    """Return the parts of the published extract that can be used again; none of a single file.

    Where the list of its parts is damaged, none is: all are fetched, and the list written anew.
    """
    lake, tenant = job.stores.lake, job.unit.tenant
    load = job.stores.hub.loads.published(tenant, job.unit.year)
    landed = lake.find(tenant, system, load.landed_sha256) if load else None
    if landed is None or not landed.is_manifest:
        return ()
    try:
        parts = lake.parts_of(landed)
    except TerminalError as problem:
        warn(f"All parts are fetched again: {problem}", tenant=tenant, unit=job.unit.year.key)
        return ()
    return tuple(lake.usable(tenant, system, parts))


def _list_in_words(extract: Extract) -> str:
    vouchers = extract.evidence.get("source_voucher")
    return "" if vouchers is None else f" and a list of {number_of(vouchers.num_rows, 'voucher')}"
