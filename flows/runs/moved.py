"""Years that vouchers moved between: judged as they will be side by side, published in one or held.

Each year alone is held by the control `moved_vouchers`. Which years belong together is what that
control names, so that a year which nothing moved into or out of is never waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from blocks.hub import KeptLease, LeaseTaken, UnitState
from flows.runs.leasing import WAIT_LIMIT_S, unit_lease
from flows.runs.outcomes import Ending
from flows.runs.states import run_id
from flows.runs.steps import Steps
from flows.runs.unit import decide, ending_of_published, settle
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.arrivals import explain
from tasks.jobs import Job
from tasks.publish import Passed
from tasks.reconcile import Judgement, years_moved_with
from tasks.stage import StagedLoad
from tasks.stores import Stores

Begin = Callable[[KeptLease], Awaitable[tuple[Job, StagedLoad]]]
"""Gives a year's own job and load, under its lease; asked again after that was given back."""

LoadOf = Callable[[Job], Awaitable[StagedLoad | None]]
"""Gives the load of another year, under its lease; None where there is none to be had."""

AT_ONCE_S: Final = 0.0
"""How long the lease of one more year is waited for while others are held."""


class YearsBusy(Exception):
    """Another run works on one of the years that are to be settled together.

    `years`: all of them. `taken`: who works on which.
    """

    def __init__(self, years: set[FiscalYear], taken: LeaseTaken) -> None:
        super().__init__(str(taken))
        self.years, self.taken = years, taken


@dataclass(frozen=True)
class MovedYears:
    """What settles years of one tenant together. `endings`: what became of the others, by year."""

    stores: Stores
    steps: Steps
    load_of: LoadOf
    wait_limit_s: float = WAIT_LIMIT_S
    endings: dict[FiscalYear, Ending] = field(default_factory=dict)

    async def take(self, unit: Unit, begin: Begin) -> Ending:
        """Take a year all the way, with those that vouchers came from, or went into.

        Where one of those is busy, all leases are given back and taken in order of date, and the
        work begins anew: two runs that each hold what the other wants would wait for ever.

        Raises:
            LeaseTaken: Another run still works on one of them after the limit; nothing of any was
                written, and what was held is held still.
        """
        years = {unit.year}
        while True:
            try:
                return await self._taken(unit, years, begin)
            except YearsBusy as busy:
                years |= busy.years

    async def _taken(self, unit: Unit, years: set[FiscalYear], begin: Begin) -> Ending:
        async with AsyncExitStack() as stack:
            leases = {
                year: await self._lease(stack, Unit(unit.tenant, year), self.wait_limit_s)
                for year in sorted(years)
            }
            job, load = await begin(leases[unit.year])
            await stack.enter_async_context(_reported(job, load))
            join = partial(self._together, stack, leases)
            return await settle(job, load, steps=self.steps, join=join)

    async def _together(
        self,
        stack: AsyncExitStack,
        leases: dict[FiscalYear, KeptLease],
        job: Job,
        load: StagedLoad,
        years: set[FiscalYear],
    ) -> Ending:
        loads = {job.unit.year: (job, load)}
        judged: dict[FiscalYear, Judgement] = {}
        while missing := years - loads.keys():
            await self._hold(stack, leases, job.unit, years)
            for year in sorted(missing):
                other = Job(self.stores, Unit(job.unit.tenant, year), run_id(), leases[year])
                found = await self.load_of(other)
                if found is None:
                    return await self._alone(loads.values(), job.unit.year)
                await stack.enter_async_context(_reported(other, found))
                loads[year] = other, found
            judged = await self._judged(loads)
            for year, (one, _) in loads.items():
                years = years | await asyncio.to_thread(years_moved_with, one, judged[year])
        passed = [Passed(*loads[year], judged[year]) for year in loads]
        if any(_is_held(item) for item in passed):
            return await self._alone(loads.values(), job.unit.year)
        published = await self.steps.publish_together(job.unit.tenant, passed)
        for item, publication in reversed(list(zip(passed, published, strict=True))):
            ending = await ending_of_published(*item, publication, steps=self.steps)
            self.endings[item.job.unit.year] = ending
        return self.endings.pop(job.unit.year)

    async def _hold(
        self,
        stack: AsyncExitStack,
        leases: dict[FiscalYear, KeptLease],
        unit: Unit,
        years: set[FiscalYear],
    ) -> None:
        """Take the leases of more years, without waiting for any."""
        for year in sorted(years - leases.keys()):
            try:
                leases[year] = await self._lease(stack, Unit(unit.tenant, year), AT_ONCE_S)
            except LeaseTaken as taken:
                raise YearsBusy(years, taken) from taken

    async def _lease(self, stack: AsyncExitStack, unit: Unit, wait_limit_s: float) -> KeptLease:
        lease = unit_lease(self.stores, unit, wait_limit_s=wait_limit_s)
        return await stack.enter_async_context(lease)

    async def _judged(
        self, loads: dict[FiscalYear, tuple[Job, StagedLoad]]
    ) -> dict[FiscalYear, Judgement]:
        return {
            year: await self.steps.reconcile(
                job, load, neighbours=[other for at, (_, other) in loads.items() if at != year]
            )
            for year, (job, load) in loads.items()
        }

    async def _alone(self, loads: Iterable[tuple[Job, StagedLoad]], wanted: FiscalYear) -> Ending:
        """Judge each by itself: what moved holds it, whatever else may."""
        for job, load in loads:
            self.endings[job.unit.year] = await settle(job, load, steps=self.steps)
        return self.endings.pop(wanted)


def _is_held(passed: Passed) -> bool:
    coverage = passed.load.staged.facts.coverage
    return decide(passed.judgement, coverage) is not Outcome.PUBLISHED


@asynccontextmanager
async def _reported(job: Job, load: StagedLoad) -> AsyncIterator[None]:
    """Let the hub know of what goes wrong, while the lease lasts: nobody is at work then."""
    try:
        yield
    except YearsBusy as busy:
        await asyncio.to_thread(_put_back, job, load, busy)
        raise
    except Exception as problem:
        await asyncio.to_thread(job.tell, UnitState.FAILED, reason=explain(problem))
        raise


def _put_back(job: Job, load: StagedLoad, busy: YearsBusy) -> None:
    """Let what was held be held as before; of another load say who is waited for."""
    held = job.stores.hub.holds.find(job.unit.tenant, job.unit.year)
    if held and held.load_id == load.load_id:
        job.tell(UnitState.HELD, load_id=held.load_id, reason=held.reason)
    else:
        job.tell(UnitState.FAILED, reason=explain(busy.taken))
