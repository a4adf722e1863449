"""The pipelines in this very process: the same steps in the same order, without a server."""

from __future__ import annotations

import asyncio
import getpass
import time
from pathlib import Path
from typing import Final

from blocks.hub import Hub, KeptLease, LeaseTaken, UnitState, unit_resource
from blocks.hub.states import WORKING
from blocks.systems.lease import resource
from blocks.systems.registry import systems_with
from flows.cli.exits import outcome_of
from flows.cli.failure import is_debugging, paragraph
from flows.cli.interrupted import outcome_reported
from flows.cli.local_steps import LocalSteps, Watch
from flows.cli.result import LoadResult
from flows.doors.on_server import server_chosen
from flows.runs.held import held_load, staged_load
from flows.runs.moved import MovedYears
from flows.runs.outcomes import Ending
from flows.runs.pull_tenant import pull_tenant
from flows.runs.pull_year import PullOptions
from flows.runs.roll_back import roll_back_unit
from flows.runs.taking import take_in
from ledger.coverage import WHOLE_YEAR
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.accept import NothingHeld
from tasks.arrivals import Arrival, Use, explain
from tasks.jobs import Job
from tasks.rollback import Wanted
from tasks.stage import StagedLoad
from tasks.stores import Stores

NO_WAIT_S: Final = 0.0
"""A person at a prompt is told at once who works on the unit; a run on the server waits."""

INTERRUPTED: Final = "interrupted: the command was stopped while it worked; run it again"


def import_here(
    stores: Stores,
    tenant: str,
    path: Path,
    *,
    dry_run: bool = False,
    use: Use | None = None,
    watch: Watch,
) -> LoadResult:
    """Take one file all the way; what fails is told in the result, so that others go on."""
    found = LoadResult(tenant, path)
    began, reason = time.monotonic(), INTERRUPTED
    work = take_in(
        stores,
        Arrival(tenant, path.absolute(), who=getpass.getuser(), use=use),
        dry_run=dry_run,
        steps=LocalSteps(found, watch),
        wait_limit_s=NO_WAIT_S,
    )
    try:
        with outcome_reported(stores.hub, found):
            found.conclude(asyncio.run(work))
    except LeaseTaken as taken:
        found.outcome, found.message, found.problem = Outcome.BUSY, str(taken), taken
    except Exception as problem:
        reason = explain(problem)
        if is_debugging():
            raise
        _note(found, problem)
    finally:
        if not dry_run:
            _fail_left(stores.hub, found, reason=reason)
    for part in (found, *found.parts):
        part.took_s = time.monotonic() - began
    return found


def pull_here(
    stores: Stores,
    tenant: str,
    year: FiscalYear,
    *,
    leaves_ledger: bool = False,
    overwrites: bool = False,
    dry_run: bool = False,
    defines: bool = False,
    skips_absent: bool = False,
    system: str = "",
    watch: Watch,
) -> LoadResult:
    """Take one year all the way; what fails is told in the result, so that others go on."""
    found = LoadResult(tenant, year=year)
    options = PullOptions(
        (year.key,),
        leaves_ledger=leaves_ledger,
        overwrites=overwrites,
        dry_run=dry_run,
        defines=defines,
        skips_absent=skips_absent,
        system=system,
    )
    began = time.monotonic()
    try:
        with outcome_reported(stores.hub, found):
            found.end(_pulled(stores, found, year, options, watch=watch))
    except Exception as problem:
        if is_debugging():
            raise
        _note(found, problem)
    except BaseException:
        if not dry_run:
            fail_unit(stores.hub, Unit(tenant, year), reason=INTERRUPTED)
        raise
    if found.problem and is_debugging():
        raise found.problem
    found.took_s = time.monotonic() - began
    return found


def publish_here(stores: Stores, unit: Unit, *, load_id: str = "", watch: Watch) -> LoadResult:
    """Judge what is held anew and publish it if nothing holds it any more.

    Raises:
        NothingHeld: No such hold is open.
        LeaseTaken: A run works on the unit.
    """
    found = LoadResult(unit.tenant)
    began = time.monotonic()
    try:
        with outcome_reported(stores.hub, found):
            found.end(asyncio.run(_settled(stores, unit, found, load_id=load_id, watch=watch)))
    except (LeaseTaken, NothingHeld):
        raise
    except BaseException as problem:
        fail_load(stores.hub, found, reason=explain(problem))
        raise
    found.took_s = time.monotonic() - began
    return found


def roll_back_here(
    stores: Stores, wanted: Wanted, *, dry_run: bool = False, watch: Watch
) -> LoadResult:
    """Publish a year as an earlier load left it, if nothing holds that.

    Raises:
        NoSuchLoad, LoadOfPeriod, ReceivedGone, ReadOtherwiseNow: It cannot be.
        LeaseTaken: A run works on the unit.
    """
    unit = wanted.unit
    found = LoadResult(unit.tenant, year=unit.year)
    began = time.monotonic()
    steps = LocalSteps(found, watch)
    work = roll_back_unit(stores, wanted, dry_run=dry_run, steps=steps, wait_limit_s=NO_WAIT_S)
    try:
        with outcome_reported(stores.hub, found):
            found.end(asyncio.run(work))
    except BaseException:
        if not dry_run and found.is_begun:
            fail_unit(stores.hub, unit, reason=INTERRUPTED)
        raise
    found.facts = found.load.staged.facts if found.load else None
    found.took_s = time.monotonic() - began
    return found


def _pulled(
    stores: Stores, found: LoadResult, year: FiscalYear, options: PullOptions, *, watch: Watch
) -> Ending:
    tenant = found.tenant
    systems = [options.system] if options.system else systems_with("ledger")
    connections = stores.hub.connections.of_tenant(tenant, systems)
    held = (resource(tenant, connection.system) for connection in connections)
    stores.hub.leases.refuse_busy(*held, unit_resource(tenant, year))
    is_defined = stores.hub.years.find(tenant, year) is not None
    steps = LocalSteps(found, watch, is_defined=is_defined)
    work = pull_tenant(stores, tenant, options, steps=steps, wait_limit_s=NO_WAIT_S)
    with server_chosen():
        return asyncio.run(work)


async def _settled(
    stores: Stores, unit: Unit, found: LoadResult, *, load_id: str, watch: Watch
) -> Ending:
    async def begin(lease: KeptLease) -> tuple[Job, StagedLoad]:
        load = staged_load(stores, unit, load_id=load_id)
        found.path, found.facts, found.load = Path(load.staged.address), load.staged.facts, load
        return Job(stores, unit, "", lease, load.staged.facts.coverage), load

    together = MovedYears(stores, LocalSteps(found, watch), held_load, NO_WAIT_S)
    return await together.take(unit, begin)


def _note(found: LoadResult, problem: Exception) -> None:
    """Take note of what was raised: whatever is wrong with one load, the others go on."""
    found.problem, found.outcome = problem, outcome_of(problem)
    found.message = paragraph(problem).partition(": ")[2]


def _fail_left(hub: Hub, found: LoadResult, *, reason: str) -> None:
    """Say in the hub of each load that was left in the middle that it ended, and why."""
    for part in found.loads:
        if part.is_begun:
            why = part.message if found.parts else ""
            fail_load(hub, part, reason=why or reason)


def fail_load(hub: Hub, found: LoadResult, *, reason: str) -> None:
    """Say in the hub that a load, as far as it came, ended without an outcome."""
    if found.facts is None:
        return
    if found.facts.coverage == WHOLE_YEAR:
        fail_unit(hub, found.facts.unit, reason=reason)
    elif found.load:
        hub.side_loads.fail(found.load.load_id, reason=reason)


def fail_unit(hub: Hub, unit: Unit, *, reason: str) -> None:
    """Say in the hub that the work on a unit ended without an outcome."""
    status = hub.units.find(unit.tenant, unit.year)
    if status is not None and status.status in WORKING:
        hub.units.set_status(unit.tenant, unit.year, UnitState.FAILED, reason=reason)
