"""How the steps of the pipeline are taken: as tasks of a run, or plainly where there is no server.

The pipeline itself (`flows.runs.unit`) is the same either way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from blocks.systems.ports import SourceYear
from blocks.systems.registry import Books
from tasks.documents import documents
from tasks.fetch import Fetched, Received, fetch
from tasks.jobs import Job
from tasks.pages.documents import DocumentsFound
from tasks.publish import Publication, publish
from tasks.pull import pull
from tasks.reconcile import Judgement, reconcile
from tasks.report import report
from tasks.source_years import source_years
from tasks.stage import StagedLoad, stage


@dataclass(frozen=True)
class Steps:
    """The steps, with the parameters of the tasks of their names; a source has one of the first."""

    fetch: Callable[..., Awaitable[Received]]
    pull: Callable[..., Awaitable[Fetched]]
    stage: Callable[[Job, Fetched], Awaitable[StagedLoad]]
    reconcile: Callable[[Job, StagedLoad], Awaitable[Judgement]]
    publish: Callable[[Job, StagedLoad, Judgement], Awaitable[Publication]]
    report: Callable[..., Awaitable[None]]
    documents: Callable[..., Awaitable[DocumentsFound]]
    source_years: Callable[[str, Books], Awaitable[list[SourceYear]]]


AS_TASKS: Final = Steps(fetch, pull, stage, reconcile, publish, report, documents, source_years)
"""Each a task of the present run: tried again when that can help, and seen in the UI."""
