"""A fiscal year fetched in this very process: the pipeline of the runs, without a server."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ParamSpec, TypeAlias, TypeVar

from blocks.hub import unit_resource
from blocks.systems.lease import resource
from blocks.systems.ports import SourceYear
from blocks.systems.registry import Books, systems_with
from flows.cli.exits import outcome_of
from flows.cli.failure import is_debugging, paragraph
from flows.cli.local import (
    INTERRUPTED,
    NO_WAIT_S,
    Imported,
    Watch,
    fail_unit,
    steps_into,
)
from flows.cli.on_server import server_chosen
from flows.pull import pull_tenant
from flows.runs.pull_year import PullOptions
from flows.runs.steps import Steps
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.arrivals import explain
from tasks.fetch import Fetched
from tasks.jobs import Job
from tasks.pages.documents import DocumentsFound
from tasks.source_years import overlapping
from tasks.stores import Stores

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")
Step: TypeAlias = Callable[Asked, Awaitable[Answer]]


@dataclass
class Pulled:
    """What became of one year. `work`: what its steps found; `calls`: made to the system's API.

    `title`: the system's.
    """

    unit: Unit
    work: Imported
    calls: int = 0
    title: str = ""
    took_s: float = 0.0
    in_its_place: list[FiscalYear] = field(default_factory=list)
    """What the source has in the place of a year that is defined here and not there."""

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        return self.work.outcome

    @property
    def message(self) -> str:
        """Why."""
        return self.work.message

    @property
    def problem(self) -> BaseException | None:
        """What was raised, if something was."""
        return self.work.problem

    @property
    def rows(self) -> int:
        """Vouchers and postings that were read."""
        tables = self.work.load.staged.tables if self.work.load else {}
        return sum(tables[name].row_count for name in ("voucher", "posting") if name in tables)


def pull_here(
    stores: Stores,
    tenant: str,
    year: FiscalYear,
    *,
    leaves_ledger: bool = False,
    overwrites: bool = False,
    dry_run: bool = False,
    defines: bool = False,
    watch: Watch,
) -> Pulled:
    """Take one year all the way; what fails is told in the result, so that others go on."""
    unit = Unit(tenant, year)
    found = Pulled(unit, Imported(Path(), tenant))
    options = PullOptions(
        (year.key,),
        leaves_ledger=leaves_ledger,
        overwrites=overwrites,
        dry_run=dry_run,
        defines=defines,
    )
    began = time.monotonic()
    try:
        _pull(stores, found, options, watch)
    except Exception as problem:
        if is_debugging():
            raise
        found.work.problem = problem
        found.work.message = paragraph(problem).partition(": ")[2]
        found.work.outcome = outcome_of(problem)
    except BaseException:
        if not dry_run:
            fail_unit(stores.hub, unit, reason=INTERRUPTED)
        raise
    found.took_s = time.monotonic() - began
    return found


def _pull(stores: Stores, found: Pulled, options: PullOptions, watch: Watch) -> None:
    unit = found.unit
    connections = stores.hub.connections.of_tenant(unit.tenant, systems_with("ledger"))
    held = (resource(unit.tenant, connection.system) for connection in connections)
    stores.hub.leases.refuse_busy(*held, unit_resource(unit.tenant, unit.year))
    is_defined = stores.hub.years.find(unit.tenant, unit.year) is not None
    steps = _steps(found, watch, is_defined=is_defined)
    work = pull_tenant(stores, unit.tenant, options, steps=steps, wait_limit_s=NO_WAIT_S)
    with server_chosen():
        ending = asyncio.run(work)
    found.work.end(replace(ending, problem=ending.problem or found.work.problem))
    if found.problem and is_debugging():
        raise found.problem


def _steps(found: Pulled, watch: Watch, *, is_defined: bool) -> Steps:
    """Return the steps without tasks; why one of them failed is kept in ``found``."""
    plain = steps_into(found.work, watch)

    async def pull(job: Job, books: Books, *args: Any, **options: Any) -> Fetched:
        try:
            return await plain.pull(job, books, *args, **options)
        finally:
            found.calls, found.title = books.calls, books.title

    async def source_years(*args: Any) -> list[SourceYear]:
        years = await plain.source_years(*args)
        if is_defined and all(item.year != found.unit.year for item in years):
            found.in_its_place = overlapping(found.unit.year, years)
        return years

    async def documents(job: Job, books: Books, *args: Any) -> DocumentsFound:
        try:
            return await plain.documents(job, books, *args)
        finally:
            found.calls, found.title = books.calls, books.title

    return Steps(
        fetch=plain.fetch,
        pull=_noting(found, pull),
        stage=_noting(found, plain.stage),
        reconcile=_noting(found, plain.reconcile),
        publish=_noting(found, plain.publish),
        report=plain.report,
        documents=_noting(found, documents),
        source_years=source_years,
    )


def _noting(found: Pulled, step: Step[Asked, Answer]) -> Step[Asked, Answer]:
    """Let a step keep in ``found`` why it failed; the pipeline keeps the sentence alone."""

    @functools.wraps(step)
    async def noting(*args: Asked.args, **options: Asked.kwargs) -> Answer:
        try:
            return await step(*args, **options)
        except Exception as problem:
            found.work.problem = problem
            raise

    return noting


def why(found: Pulled) -> str:
    """Say in a word or a sentence what became of the year, without line ends."""
    text = explain(found.problem) if found.problem and not found.message else found.message
    return " ".join(text.split())
