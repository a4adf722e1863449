"""The steps of the pipelines without a server: plain, watched, and kept as far as they came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tasks.documents
import tasks.fetch
import tasks.publish
import tasks.pull
import tasks.reconcile
import tasks.source_years
import tasks.stage
from blocks.systems.ports import SourceYear
from blocks.systems.registry import Books
from blocks.warehouse.records import ChangePlan
from flows.cli.interrupted import unbroken
from flows.cli.result import LoadResult
from tasks.document_year import DOCUMENT_LIMITS, DocumentLimits
from tasks.fetch import Fetched, Received
from tasks.jobs import Job
from tasks.pages.documents import DocumentsFound
from tasks.progress import listener
from tasks.publish import Passed, Publication
from tasks.reconcile import Judgement
from tasks.source_years import overlapping
from tasks.stage import StagedLoad
from tasks.stores import Stores

Watch = Callable[[str], None]
"""Hears which step begins."""


class LocalSteps:
    """Takes each step once, in this process (`flows.runs.steps.Steps`).

    `found` keeps what each step found, part by part. With `is_defined` the year that is asked for
    is one of the tenant's, so that its absence in the source is a finding.
    """

    def __init__(
        self,
        found: LoadResult,
        watch: Watch,
        *,
        is_defined: bool = False,
        document_limits: DocumentLimits = DOCUMENT_LIMITS,
    ) -> None:
        self.found = found
        self.watch = watch
        self._is_defined = is_defined
        self._document_limits = document_limits

    async def fetch(
        self,
        stores: Stores,
        tenant: str,
        *,
        path: Path,
        sha256: str = "",
        who: str = "",
        is_dry_run: bool = False,
    ) -> Received:
        """Read the file."""
        self.watch("reading")
        received = await tasks.fetch.fetch.fn(
            stores, tenant, path=path, sha256=sha256, who=who, is_dry_run=is_dry_run
        )
        self.found.receive(received)
        return received

    async def source_years(self, tenant: str, books: Books) -> Sequence[SourceYear]:
        """Ask for the years, and note what lies in the place of one that is not there."""
        self.watch("asking the source about")
        years = await tasks.source_years.source_years.fn(tenant, books)
        asked = self.found.year if self._is_defined else None
        if asked and all(item.year != asked for item in years):
            self.found.in_its_place = overlapping(asked, years)
        return years

    async def pull(
        self, job: Job, books: Books, source_year: SourceYear, *, asks_closing: bool = False
    ) -> Fetched:
        """Fetch the year."""
        self.watch("fetching")
        try:
            with self._watching("fetching"):
                fetched = await tasks.pull.pull.fn(
                    job, books, source_year, asks_closing=asks_closing
                )
        finally:
            self.found.asked(books)
        self.found.facts = fetched.facts
        return fetched

    async def stage(self, job: Job, fetched: Fetched) -> StagedLoad:
        """Stage a part."""
        self.watch("staging")
        part = self.found.part_of(job.unit)
        part.is_begun = True
        with self._watching("staging"):
            part.load = await tasks.stage.stage.fn(job, fetched)
        return part.load

    @contextmanager
    def _watching(self, step: str) -> Iterator[None]:
        """Show how far the step is that the body takes."""
        heard = listener.set(lambda percent: self.watch(f"{step} {percent} % of"))
        try:
            yield
        finally:
            listener.reset(heard)

    async def reconcile(
        self, job: Job, load: StagedLoad, *, neighbours: Sequence[StagedLoad] = ()
    ) -> Judgement:
        """Judge a part."""
        self.watch("reconciling")
        judgement = await tasks.reconcile.reconcile.fn(job, load, neighbours=neighbours)
        self.found.part_of(job.unit).judgement = judgement
        return judgement

    async def publish(self, job: Job, load: StagedLoad, judgement: Judgement) -> Publication:
        """Publish a part."""
        with unbroken():
            self.watch("publishing")
            return await tasks.publish.publish.fn(job, load, judgement)

    async def publish_together(self, tenant: str, passed: Sequence[Passed]) -> list[Publication]:
        """Publish years at once."""
        with unbroken():
            self.watch("publishing")
            return await tasks.publish.publish_together.fn(tenant, passed)

    async def report(
        self,
        job: Job,
        load: StagedLoad,  # noqa: ARG002 - the step's, whose pages only a server shows
        judgement: Judgement,  # noqa: ARG002 - as above
        *,
        plan: ChangePlan | None = None,
        publication: Publication | None = None,
        **_: Any,
    ) -> None:
        """Keep what a part changes; pages are only for a server's UI."""
        # Of a load that wrote nothing the plan is the last one's, for the page.
        is_own = publication is None or publication.written
        self.found.part_of(job.unit).plan = plan if is_own else None

    async def documents(self, job: Job, books: Books, source_year: SourceYear) -> DocumentsFound:
        """Fetch the year's documents."""
        self.watch("fetching documents")
        try:
            with self._watching("fetching documents"):
                return await tasks.documents.documents.fn(
                    job, books, source_year, limits=self._document_limits
                )
        finally:
            self.found.asked(books)
