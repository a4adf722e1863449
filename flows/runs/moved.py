"""Years that vouchers moved between: judged as they will be side by side, published in one or held.

Each year alone is held by the control `moved_vouchers`. Which years belong together is what that
control names, so that a year which nothing moved into or out of is never waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from flows.runs.leasing import WAIT_LIMIT_S, unit_lease
from flows.runs.outcomes import Ending
from flows.runs.states import run_id
from flows.runs.steps import Steps
from flows.runs.unit import decide, ending_of_published, settle
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.jobs import Job
from tasks.publish import Passed
from tasks.reconcile import Judgement, years_moved_with
from tasks.stage import StagedLoad

LoadOf = Callable[[Job], Awaitable[StagedLoad | None]]
"""Gives the load of another year, under its lease; None where there is none to be had."""


@dataclass(frozen=True)
class MovedYears:
    """What settles years of one tenant together. `endings`: what became of the others, by year."""

    steps: Steps
    load_of: LoadOf
    wait_limit_s: float = WAIT_LIMIT_S
    endings: dict[FiscalYear, Ending] = field(default_factory=dict)

    async def settle(self, job: Job, load: StagedLoad, years: set[FiscalYear]) -> Ending:
        """Take a year all the way with those that vouchers came from, or went into.

        Raises:
            LeaseTaken: Another run works on one of them; nothing of any was written.
        """
        async with AsyncExitStack() as leases:
            loads = {job.unit.year: (job, load)}
            judged: dict[FiscalYear, Judgement] = {}
            while missing := years - loads.keys():
                for year in sorted(missing):
                    other = await self._job(job, year, leases)
                    found = await self.load_of(other)
                    if found is None:
                        return await self._alone(loads.values(), job.unit.year)
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

    async def _job(self, first: Job, year: FiscalYear, leases: AsyncExitStack) -> Job:
        unit = Unit(first.unit.tenant, year)
        lease = unit_lease(first.stores, unit, wait_limit_s=self.wait_limit_s)
        return Job(first.stores, unit, run_id(), await leases.enter_async_context(lease))

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
