"""The steps of a look, in the process of a shard: plain, and only as far as nothing is new."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tasks.fetch
import tasks.publish
import tasks.pull
import tasks.source_years
import tasks.stage
from blocks.systems.ports import SourceYear
from blocks.systems.registry import Books
from blocks.warehouse.records import ChangePlan
from ledger.fiscal_year import short_year
from ledger.outcome import Outcome
from tasks.documents import list_documents, take_documents
from tasks.fetch import Fetched, Received
from tasks.jobs import Job
from tasks.look import (
    MAX_EXTRACT_BYTES,
    MAX_POSTINGS,
    HeldAsBefore,
    NeedsRun,
    open_hold,
    says_nothing_new,
)
from tasks.pages.documents import DocumentsFound
from tasks.publish import Passed, Publication
from tasks.reconcile import Judgement, judged, keep_judgement, tell_judged, years_moved_with
from tasks.stage import StagedLoad
from tasks.stores import Stores


class LookSteps:
    """Takes each step once (`flows.runs.steps.Steps`), and raises `NeedsRun` at what is new.

    `held_since`: when what is held as before was found first.
    """

    def __init__(self) -> None:
        self.held_since: dt.datetime | None = None
        self._books: Books | None = None

    @property
    def calls(self) -> int:
        """Calls made so far."""
        return self._books.calls if self._books else 0

    async def fetch(
        self,
        stores: Stores,  # noqa: ARG002 - the step's
        tenant: str,  # noqa: ARG002 - the step's
        *,
        path: Path,
        **_: Any,
    ) -> Received:
        """Leave files to runs of their own."""
        raise NeedsRun(f"{path.name} is a file")

    async def source_years(self, tenant: str, books: Books) -> Sequence[SourceYear]:
        """Ask for the years."""
        self._books = books
        return await tasks.source_years.source_years.fn(tenant, books)

    async def pull(
        self, job: Job, books: Books, source_year: SourceYear, *, asks_closing: bool = False
    ) -> Fetched:
        """Fetch the year, unless its size could cost others their night."""
        await asyncio.to_thread(_refuse_large, job)
        fetched = await tasks.pull.pull.fn(job, books, source_year, asks_closing=asks_closing)
        size_bytes = sum(part.size_bytes for part in job.stores.lake.parts_of(fetched.landed))
        if size_bytes > MAX_EXTRACT_BYTES:
            raise NeedsRun(f"{job.unit} came as {size_bytes:,} bytes, more than a look stages")
        return fetched

    async def stage(self, job: Job, fetched: Fetched) -> StagedLoad:
        """Write the unit's tables."""
        return await tasks.stage.stage.fn(job, fetched)

    async def reconcile(self, job: Job, load: StagedLoad, **_: Any) -> Judgement:
        """Ask the controls about what is not plainly what is published."""
        return await asyncio.to_thread(self._judged, job, load)

    def _judged(self, job: Job, load: StagedLoad) -> Judgement:
        judgement = judged(job, load)
        held = open_hold(job, load, judgement)
        if held and not years_moved_with(job, judgement):
            since = held.created_at
            self.held_since = min(filter(None, (self.held_since, since)), default=since)
            raise HeldAsBefore(f"as before: {judgement.reason}")
        if not says_nothing_new(job, load, judgement):
            would = f"would be held: {judgement.reason}" if judgement.holding else "is new"
            raise NeedsRun(f"{short_year(job.unit.year.key)} {would}")
        tell_judged(job, load)
        keep_judgement(job, load, judgement)
        return judgement

    async def publish(self, job: Job, load: StagedLoad, judgement: Judgement) -> Publication:
        """Say once more that these rows are what is published."""
        return await tasks.publish.publish.fn(job, load, judgement)

    async def publish_together(self, tenant: str, passed: Sequence[Passed]) -> list[Publication]:
        """Leave years that are published at once to a run."""
        raise NeedsRun(f"{len(passed)} years of {tenant} have vouchers of each other")

    async def report(
        self,
        job: Job,
        load: StagedLoad,  # noqa: ARG002 - the step's
        judgement: Judgement,
        *,
        verdict: Outcome,  # noqa: ARG002 - the step's
        publication: Publication | None = None,
        plan: ChangePlan | None = None,  # noqa: ARG002 - the step's
        **_: Any,
    ) -> None:
        """Leave pages that are missing to a run; what is judged anew and as before needs none."""
        is_as_before = bool(judgement.results) and publication is not None
        if not is_as_before or (publication and publication.later):
            raise NeedsRun(f"{job.unit.year.key} has pages that are missing")

    async def documents(self, job: Job, books: Books, source_year: SourceYear) -> DocumentsFound:
        """List the year's documents; try those again that failed before, and leave new ones."""
        year = await list_documents(job, books, source_year)
        known = await asyncio.to_thread(
            job.stores.hub.documents.find, job.unit.tenant, job.unit.year
        )
        found = await asyncio.to_thread(year.found)
        if known is None or found.has_changes or (year.missing and not known.reason):
            raise NeedsRun(f"{job.unit.year.key} has other documents")
        return await take_documents(year, books)


def _refuse_large(job: Job) -> None:
    status = job.stores.hub.units.find(job.unit.tenant, job.unit.year)
    if status and status.posting_count > MAX_POSTINGS:
        raise NeedsRun(
            f"{job.unit.year.key} has {status.posting_count:,} postings, more than a look takes"
        )
