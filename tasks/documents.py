"""Documents: the files that the source connects to a year's vouchers, and what else lies beside it.

They attach by series and number, whatever source the ledger came from. Only files that are not in
the lake are fetched; those fetched are published a batch at a time, so that a run that dies has
little to fetch again.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from prefect.artifacts import acreate_markdown_artifact

from blocks.http import CallError, CallFailed, CallRefused
from blocks.http.errors import TOO_LARGE
from blocks.lake import Lake
from blocks.media_types import media_type
from blocks.steps import reached
from blocks.systems.fortnox import FortnoxSession, SourceYear
from blocks.systems.fortnox.documents import ConnectedFiles, told_if_no_right
from ledger.errors import TerminalError
from ledger.schemas import ACCOUNT_VAT_CODE, CONNECTED_FILE
from tasks.document_page import DocumentsFound, FileFailure, documents_page
from tasks.jobs import Job
from tasks.log import say
from tasks.steps import step

DOCUMENTS: Final = "fortnox-documents"
"""Under this source the files lie in the lake; they are never pruned."""

MAX_FILES: Final = 4_000
"""Files fetched of a year in one run; the next run goes on. At Fortnox's pace they take 14 minutes,
less than others wait for the unit."""

BATCH_FILES: Final = 500
"""Files fetched between two publications: what a run that dies has to fetch again at most."""

AT_ONCE: Final = 4
"""Files fetched at the same time; each is in memory as a whole."""

MAX_FAILED: Final = 20
"""Files that may fail before a run gives up on the rest until the next."""

STORED: Final = ("media_type", "size_bytes", "sha256", "lake_address", "fetched_at")
"""What is known of a file itself, whatever it hangs on."""

PAGE: Final = "documents"

Row = dict[str, Any]


@dataclass
class _Year:
    """The work on one year. `before`: what was published; `stored`: files in the lake, by id."""

    job: Job
    listed: ConnectedFiles
    vat_codes: pa.Table
    before: pa.Table
    stored: dict[str, Row]
    failed: dict[str, str] = field(default_factory=dict)
    refused: str = ""

    @property
    def missing(self) -> list[str]:
        """The files that are listed and not in the lake, in order of id."""
        ids = {id_ for rows in self.listed.files.values() for id_ in _ids(rows)}
        return sorted(ids - self.stored.keys())

    @property
    def is_over(self) -> bool:
        """Whether it is no use to ask for more."""
        return bool(self.refused) or len(self.failed) >= MAX_FAILED

    def rows(self) -> pa.Table:
        """Return what is to be published: a kind that could not be listed stays as it was."""
        kept = [
            row for row in self.before.to_pylist() if row["document_kind"] not in self.listed.files
        ]
        found = [
            {**row, "document_kind": kind, **self.stored[row["document_id"]]}
            for kind, rows in self.listed.files.items()
            for row in rows.to_pylist()
            if row["document_id"] in self.stored
        ]
        return pa.Table.from_pylist(kept + found, CONNECTED_FILE)


@step("documents", about="job.unit")
async def documents(job: Job, fortnox: FortnoxSession, source_year: SourceYear) -> DocumentsFound:
    """Fetch the files on a year's vouchers that are new, and publish them beside the ledger.

    One file's failure stops no other: it is counted, named, and tried again by the next run. A
    right that the connection lacks is told, and is no failure.

    Args:
        job: The unit's.
        fortnox: Answers for the tenant's company.
        source_year: Which year.

    Raises:
        TransientError: Fortnox did not answer for a list.
        TerminalError: The consent is gone, or a list is not as documented.
        StaleLease: A later run has acted on the unit.

    Source:
        R-SEN-16, R-SEN-30, R-SEN-36.
    """
    listed = await fortnox.documents.of_year(source_year)
    accounts = await fortnox.accounts(source_year)
    reached("documents.listed")
    year = await asyncio.to_thread(_begun, job, listed, _with_code(accounts))
    wanted = year.missing[:MAX_FILES]
    for first in range(0, len(wanted), BATCH_FILES):
        await _fetch(year, fortnox, wanted[first : first + BATCH_FILES])
        reached("documents.landed")
        await asyncio.to_thread(_publish, year)
        if year.is_over:
            break
    found, is_news = await asyncio.to_thread(_concluded, year)
    say(f"{job.unit}: {found.in_words}", **job.where)
    if job.run_id and is_news:
        await acreate_markdown_artifact(
            key=job.unit.artifact_key(PAGE), markdown=documents_page(job.unit, found)
        )
    return found


def _begun(job: Job, listed: ConnectedFiles, vat_codes: pa.Table) -> _Year:
    warehouse, tenant = job.stores.warehouse, job.unit.tenant
    everywhere = warehouse.read_beside(tenant, "connected_file").to_pylist()
    return _Year(
        job,
        listed,
        vat_codes,
        before=warehouse.read_beside(tenant, "connected_file", year=job.unit.year),
        stored={
            row["document_id"]: {name: row[name] for name in STORED}
            for row in everywhere
            if (job.stores.lake.root / row["lake_address"]).exists()
        },
    )


async def _fetch(year: _Year, fortnox: FortnoxSession, ids: list[str]) -> None:
    """Land the files, each as it came; note those that failed."""
    free = asyncio.Semaphore(AT_ONCE)

    async def fetch(id_: str) -> None:
        async with free:
            if year.is_over:
                return
            try:
                content = await fortnox.documents.content(id_)
            except CallError as problem:
                _note(year, id_, problem)
                return
            lake, tenant = year.job.stores.lake, year.job.unit.tenant
            year.stored[id_] = await asyncio.to_thread(_land, lake, tenant, content)

    ended = await asyncio.gather(*map(fetch, ids), return_exceptions=True)
    for problem in ended:
        if isinstance(problem, BaseException):
            raise problem


def _note(year: _Year, id_: str, problem: CallError) -> None:
    """Note what is amiss with one file; what is amiss with the connection is raised."""
    is_of_file = problem.status == HTTPStatus.NOT_FOUND or problem.code == TOO_LARGE
    if isinstance(problem, CallFailed) or is_of_file:
        year.failed[id_] = f"{problem.code or problem.status}"
    elif isinstance(problem, CallRefused):
        year.refused = told_if_no_right(problem)


def _land(lake: Lake, tenant: str, content: bytes) -> Row:
    # What the sender calls a file differs from voucher to voucher, so the landing has no name.
    landed = lake.land(tenant, DOCUMENTS, content, file_name="")
    return {
        "media_type": media_type(content),
        "size_bytes": landed.size_bytes,
        "sha256": landed.sha256,
        "lake_address": landed.path.relative_to(lake.root).as_posix(),
        "fetched_at": dt.datetime.now(dt.UTC).replace(tzinfo=None),
    }


def _publish(year: _Year) -> None:
    job = year.job
    if job.lease is None:
        raise TerminalError("A dry run publishes nothing; start the run without dry_run.")
    job.lease.check()
    tables = {"connected_file": year.rows(), "account_vat_code": year.vat_codes}
    job.stores.warehouse.publish_beside(
        job.unit.tenant, job.unit.year, tables, token=job.lease.token
    )


def _with_code(accounts: pa.Table) -> pa.Table:
    coded = accounts.filter(pc.is_valid(accounts["vat_code"]))
    return coded.select(ACCOUNT_VAT_CODE.names).cast(ACCOUNT_VAT_CODE)


def _concluded(year: _Year) -> tuple[DocumentsFound, bool]:
    """Publish what is left, tell the hub, and say whether there is anything to show."""
    _publish(year)
    unit, hub = year.job.unit, year.job.stores.hub
    before, after = _ids(year.before), _ids(year.rows())
    found = DocumentsFound(
        counts=year.job.stores.warehouse.count_documents(unit.tenant, unit.year),
        new=len(after - before),
        known=len(after & before),
        removed=len(before - after),
        failed=_failures(year),
        waiting=len(year.missing) - len(year.failed),
        unplaced=year.listed.unplaced,
        refused=year.refused or year.listed.refused,
        kinds=tuple(year.listed.files),
    )
    known = hub.documents.find(unit.tenant, unit.year)
    if found.kinds:
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


def _failures(year: _Year) -> tuple[FileFailure, ...]:
    places: dict[str, str] = {}
    for rows in year.listed.files.values():
        for row in rows.to_pylist():
            place = f"{row['voucher_series']} {row['voucher_number']}"
            places.setdefault(row["document_id"], place)
    return tuple(
        FileFailure(id_, places[id_], reason) for id_, reason in sorted(year.failed.items())
    )


def _ids(rows: pa.Table) -> set[str]:
    return set(rows["document_id"].to_pylist())
