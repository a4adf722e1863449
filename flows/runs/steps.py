"""The steps of the pipelines, and how they are taken on the server: each as a task of a run.

A pipeline (`flows.runs.unit`, `flows.runs.pull_year`, `flows.runs.taking`) is given its steps, and
is the same where there is no server (`flows.cli.local_steps`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

import tasks.documents
import tasks.fetch
import tasks.publish
import tasks.pull
import tasks.reconcile
import tasks.report
import tasks.source_years
import tasks.stage
from blocks.systems.ports import SourceYear
from blocks.systems.registry import Books
from blocks.warehouse.records import ChangePlan
from ledger.outcome import Outcome
from tasks.fetch import Fetched, Received
from tasks.jobs import Job
from tasks.pages.documents import DocumentsFound
from tasks.publish import Passed, Publication
from tasks.reconcile import Judgement
from tasks.stage import StagedLoad
from tasks.stores import Stores


class Steps(Protocol):
    """The steps that a pipeline takes; each is what the task of its name says."""

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
        """Land a file and open it."""

    async def source_years(self, tenant: str, books: Books) -> Sequence[SourceYear]:
        """List the fiscal years of a tenant's books in their system."""

    async def pull(
        self, job: Job, books: Books, source_year: SourceYear, *, asks_closing: bool = False
    ) -> Fetched:
        """Fetch a year's ledger and land it."""

    async def stage(self, job: Job, fetched: Fetched) -> StagedLoad:
        """Write the unit's tables."""

    async def reconcile(
        self, job: Job, load: StagedLoad, *, neighbours: Sequence[StagedLoad] = ()
    ) -> Judgement:
        """Ask the controls."""

    async def publish(self, job: Job, load: StagedLoad, judgement: Judgement) -> Publication:
        """Replace what is published."""

    async def publish_together(self, tenant: str, passed: Sequence[Passed]) -> list[Publication]:
        """Replace what is published of several years at once."""

    async def report(
        self,
        job: Job,
        load: StagedLoad,
        judgement: Judgement,
        *,
        verdict: Outcome,
        publication: Publication | None = None,
        plan: ChangePlan | None = None,
    ) -> None:
        """Say what became of the load."""

    async def documents(self, job: Job, books: Books, source_year: SourceYear) -> DocumentsFound:
        """Fetch the files on a year's vouchers."""


class PrefectSteps:
    """Each step a task of the present run: retried when that can help, and seen in the UI."""

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
        """Take `tasks.fetch`."""
        return await tasks.fetch.fetch(
            stores, tenant, path=path, sha256=sha256, who=who, is_dry_run=is_dry_run
        )

    async def source_years(self, tenant: str, books: Books) -> Sequence[SourceYear]:
        """Take `tasks.source_years`."""
        return await tasks.source_years.source_years(tenant, books)

    async def pull(
        self, job: Job, books: Books, source_year: SourceYear, *, asks_closing: bool = False
    ) -> Fetched:
        """Take `tasks.pull`."""
        return await tasks.pull.pull(job, books, source_year, asks_closing=asks_closing)

    async def stage(self, job: Job, fetched: Fetched) -> StagedLoad:
        """Take `tasks.stage`."""
        return await tasks.stage.stage(job, fetched)

    async def reconcile(
        self, job: Job, load: StagedLoad, *, neighbours: Sequence[StagedLoad] = ()
    ) -> Judgement:
        """Take `tasks.reconcile`."""
        return await tasks.reconcile.reconcile(job, load, neighbours=neighbours)

    async def publish(self, job: Job, load: StagedLoad, judgement: Judgement) -> Publication:
        """Take `tasks.publish`."""
        return await tasks.publish.publish(job, load, judgement)

    async def publish_together(self, tenant: str, passed: Sequence[Passed]) -> list[Publication]:
        """Take `tasks.publish`."""
        return await tasks.publish.publish_together(tenant, passed)

    async def report(
        self,
        job: Job,
        load: StagedLoad,
        judgement: Judgement,
        *,
        verdict: Outcome,
        publication: Publication | None = None,
        plan: ChangePlan | None = None,
    ) -> None:
        """Take `tasks.report`."""
        await tasks.report.report(
            job, load, judgement, verdict=verdict, publication=publication, plan=plan
        )

    async def documents(self, job: Job, books: Books, source_year: SourceYear) -> DocumentsFound:
        """Take `tasks.documents`."""
        return await tasks.documents.documents(job, books, source_year)


AS_TASKS: Final[Steps] = PrefectSteps()
