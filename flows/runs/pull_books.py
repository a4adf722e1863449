"""The wanted years of a tenant's books in one system, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from blocks.systems.ports import SourceYear
from blocks.systems.registry import Books
from flows.runs.moved import MovedYears
from flows.runs.outcomes import Ending
from flows.runs.pull_year import PullOptions, PullYear
from flows.runs.states import name_run
from flows.runs.steps import Steps
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.jobs import Job
from tasks.log import warn
from tasks.rollback import kept_in_words
from tasks.source_years import WantedYear, compare_years, undefined_years, wanted_years
from tasks.stage import StagedLoad
from tasks.stores import Stores


@dataclass(frozen=True)
class PullBooks:
    """The wanted years of a tenant's books in one system."""

    stores: Stores
    tenant: str
    books: Books
    options: PullOptions
    steps: Steps
    wait_limit_s: float

    async def outcomes(self) -> list[Ending]:
        """Take each year all the way, in order of date."""
        there = await self.steps.source_years(self.tenant, self.books)
        await asyncio.to_thread(self._compare, there)
        wanted = self._wanted(there)
        units = [Unit(self.tenant, item.year) for item in wanted]
        tags = [tag for unit in units for tag in unit.tags]
        if not self.options.is_look:  # the run is the shard's, and of many tenants
            await name_run(_name(self.tenant, units, self.options), tags=tags)
        by_dates = {item.year: item for item in there}

        async def load_of(job: Job) -> StagedLoad | None:
            if await asyncio.to_thread(kept_in_words, self.stores.hub, job.unit):
                return None
            source = by_dates.get(job.unit.year)
            return await year(job.unit.year, source).staged(job, source) if source else None

        together = MovedYears(self.stores, self.steps, load_of, self.wait_limit_s)

        def year(which: FiscalYear, source: SourceYear | None) -> PullYear:
            return PullYear(
                self.stores,
                Unit(self.tenant, which),
                self.books,
                source,
                (*there,),
                self.options,
                self.steps,
                self.wait_limit_s,
                together,
            )

        endings = [await year(item.year, item.source).outcome() for item in wanted]
        return [*endings, *together.endings.values()]

    def _wanted(self, there: Sequence[SourceYear]) -> list[WantedYear]:
        return wanted_years(
            self.stores,
            self.tenant,
            there,
            named=self.options.years,
            which=self.options.which,
            is_night=self.options.night is not None,
        )

    def _compare(self, there: Sequence[SourceYear]) -> None:
        """Say in the log, and in the connection, how the years here and there differ."""
        stores, tenant = self.stores, self.tenant
        if difference := compare_years(stores, tenant, self.books.name, there):
            warn(difference, tenant=tenant)
        for year in undefined_years(stores, tenant, there):
            warn(f"The source also has {year}, which nobody has defined here", tenant=tenant)


NAMED: Final = 3
"""Years that the name of a run lists."""


def _name(tenant: str, units: list[Unit], options: PullOptions) -> str:
    if options.night:
        return f"{tenant} night {options.night}"
    more = f" and {len(units) - NAMED} more" if len(units) > NAMED else ""
    return ", ".join(str(unit) for unit in units[:NAMED]) + more
