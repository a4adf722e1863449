"""The pipeline in this very process: the same steps in the same order, without a server."""

from __future__ import annotations

import asyncio
import getpass
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import tasks.documents
import tasks.fetch
import tasks.publish
import tasks.pull
import tasks.reconcile
import tasks.source_years
import tasks.stage
from blocks.hub import Hub, LeaseTaken, UnitState
from blocks.hub.states import WORKING
from blocks.staging import UnitFacts
from blocks.systems.ports import SourceYear
from blocks.warehouse.records import ChangePlan
from flows.cli.exits import outcome_of
from flows.cli.failure import is_debugging, paragraph
from flows.import_file import take_in
from flows.publish_accepted import staged_load
from flows.runs.leasing import unit_lease
from flows.runs.outcomes import Ending, combined
from flows.runs.steps import Steps
from flows.runs.unit import settle
from ledger.errors import TransientError
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.accept import NothingHeld
from tasks.arrivals import Arrival, explain
from tasks.defined_years import RefusedVouchers
from tasks.fetch import Fetched, Received
from tasks.jobs import Job
from tasks.pages.documents import DocumentsFound
from tasks.reconcile import Judgement
from tasks.stage import StagedLoad
from tasks.stores import Stores

NO_WAIT_S: Final = 0.0
"""A person at a prompt is told at once who works on the unit; a run on the server waits."""

INTERRUPTED: Final = "interrupted: the command was stopped while it worked; run it again"

Watch = Callable[[str], None]
"""Hears which step begins."""


@dataclass
class Imported:
    """What became of one file.

    `why`: of the outcome; `message` says more where nothing was written. `would_be`: of a dry run.
    `is_trial`: of a tenant that is not there. `is_begun`: the unit was leased and its work begun.
    What a step would have found is None when it did not come that far. `refused`: vouchers of no
    defined year. `parts`: what became of each year (and of what was refused) of a file that is more
    than one load; then `outcome` and `message` sum them up, and the rest is the parts'.
    """

    path: Path
    tenant: str
    outcome: Outcome = Outcome.FAILED
    message: str = ""
    why: str = ""
    problem: BaseException | None = field(default=None, repr=False)
    facts: UnitFacts | None = None
    load: StagedLoad | None = None
    judgement: Judgement | None = None
    plan: ChangePlan | None = None
    would_be: Outcome | None = None
    is_trial: bool = False
    is_begun: bool = False
    took_s: float = 0.0
    refused: RefusedVouchers | None = None
    parts: list[Imported] = field(default_factory=list)

    @property
    def fiscal_year(self) -> str:
        """The year that the file is of, as a key; empty when it could not be told."""
        return self.facts.fiscal_year.key if self.facts else ""

    @property
    def loads(self) -> list[Imported]:
        """The parts; the file itself when it is one load."""
        return self.parts or [self]

    def part_of(self, unit: Unit) -> Imported:
        """Return the part that is of a unit; the file itself when it is one load."""
        same = (part for part in self.parts if part.facts and part.facts.unit == unit)
        return next(same, self)

    def receive(self, received: Received) -> None:
        """Take note of what the file holds."""
        self.refused = received.refused
        if received.refused is None and len(received.loads) == 1:
            self.facts = received.loads[0].facts
        elif received.loads:
            self.parts = [
                Imported(self.path, self.tenant, facts=load.facts) for load in received.loads
            ]

    def conclude(self, endings: Sequence[Ending]) -> None:
        """Take note of how each year ended."""
        if self.parts and self.refused:
            self.parts.append(Imported(self.path, self.tenant, refused=self.refused))
        for found, ending in zip(self.parts, endings, strict=False):
            found.end(ending)
        self.end(combined(endings))

    def end(self, ending: Ending) -> None:
        """Take note of how the work ended."""
        is_busy = ending.outcome is Outcome.FAILED and isinstance(ending.problem, TransientError)
        self.outcome = Outcome.BUSY if is_busy else ending.outcome
        self.message, self.why = ending.message, ending.why
        self.would_be, self.problem = ending.would_be, ending.problem


def import_here(
    stores: Stores, tenant: str, path: Path, *, dry_run: bool = False, watch: Watch
) -> Imported:
    """Take one file all the way; what fails is told in the result, so that others go on."""
    found = Imported(path, tenant)
    began, reason = time.monotonic(), INTERRUPTED
    try:
        outcomes = asyncio.run(
            take_in(
                stores,
                Arrival(tenant, path.absolute(), who=getpass.getuser()),
                dry_run=dry_run,
                steps=steps_into(found, watch),
                wait_limit_s=NO_WAIT_S,
            )
        )
        found.conclude(outcomes)
    except LeaseTaken as taken:
        found.outcome, found.message, found.problem = Outcome.BUSY, str(taken), taken
    except Exception as problem:
        reason, found.problem = explain(problem), problem
        if is_debugging():
            raise
        # Whatever is wrong with one file, or with the program, the others are loaded.
        found.outcome = outcome_of(problem)
        found.message = paragraph(problem).partition(": ")[2]
    finally:
        if not dry_run:
            _fail_left(stores.hub, found, reason=reason)
    for part in (found, *found.parts):
        part.took_s = time.monotonic() - began
    return found


def _fail_left(hub: Hub, found: Imported, *, reason: str) -> None:
    """Say in the hub of each load that was left in the middle that it ended, and why."""
    for part in found.loads:
        if part.is_begun:
            why = part.message if found.parts else ""
            fail_load(hub, part, reason=why or reason)


def publish_here(stores: Stores, unit: Unit, *, load_id: str = "", watch: Watch) -> Imported:
    """Judge what is held anew and publish it if nothing holds it any more.

    Raises:
        NothingHeld: No such hold is open.
        LeaseTaken: A run works on the unit.
    """
    found = Imported(Path(), unit.tenant)
    began = time.monotonic()
    try:
        found.end(asyncio.run(_settle(stores, unit, found, load_id=load_id, watch=watch)))
    except (LeaseTaken, NothingHeld):
        raise
    except BaseException as problem:
        fail_load(stores.hub, found, reason=explain(problem))
        raise
    found.took_s = time.monotonic() - began
    return found


async def _settle(
    stores: Stores, unit: Unit, found: Imported, *, load_id: str, watch: Watch
) -> Ending:
    async with unit_lease(stores, unit, wait_limit_s=NO_WAIT_S) as lease:
        load = staged_load(stores, unit, load_id=load_id)
        found.path, found.facts, found.load = load.staged.folder, load.staged.facts, load
        job = Job(stores, unit, "", lease, load.staged.facts.coverage)
        return await settle(job, load, steps=steps_into(found, watch))


def steps_into(found: Imported, watch: Watch) -> Steps:
    """Return the steps without tasks; what each found is kept in ``found``."""

    async def fetch(*args: Any, **options: Any) -> Received:
        watch("reading")
        received = await tasks.fetch.fetch.fn(*args, **options)
        found.receive(received)
        return received

    async def pull(*args: Any, **options: Any) -> Fetched:
        watch("fetching")
        fetched = await tasks.pull.pull.fn(*args, **options)
        found.facts = fetched.facts
        return fetched

    async def stage(job: Job, fetched: Fetched) -> StagedLoad:
        watch("staging")
        part = found.part_of(job.unit)
        part.is_begun = True
        part.load = await tasks.stage.stage.fn(job, fetched)
        return part.load

    async def reconcile(job: Job, load: StagedLoad) -> Judgement:
        watch("reconciling")
        judgement = await tasks.reconcile.reconcile.fn(job, load)
        found.part_of(job.unit).judgement = judgement
        return judgement

    async def publish(*args: Any) -> Any:
        watch("publishing")
        return await tasks.publish.publish.fn(*args)

    async def report(job: Job, *_args: Any, plan: ChangePlan | None = None, **_more: Any) -> None:
        found.part_of(job.unit).plan = plan

    async def documents(*args: Any, **options: Any) -> DocumentsFound:
        watch("fetching documents")
        return await tasks.documents.documents.fn(*args, **options)

    async def source_years(*args: Any) -> list[SourceYear]:
        watch("asking for the years")
        return await tasks.source_years.source_years.fn(*args)

    return Steps(fetch, pull, stage, reconcile, publish, report, documents, source_years)


def fail_load(hub: Hub, found: Imported, *, reason: str) -> None:
    """Say in the hub that a load, as far as it came, ended without an outcome."""
    if found.facts is None:
        return
    if found.facts.coverage.may_replace:
        fail_unit(hub, found.facts.unit, reason=reason)
    elif found.load:
        hub.side_loads.fail(found.load.load_id, reason=reason)


def fail_unit(hub: Hub, unit: Unit, *, reason: str) -> None:
    """Say in the hub that the work on a unit ended without an outcome."""
    status = hub.units.find(unit.tenant, unit.year)
    if status is not None and status.status in WORKING:
        hub.units.set_status(unit.tenant, unit.year, UnitState.FAILED, reason=reason)
