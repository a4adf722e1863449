"""Quiet tenants pulled one after the other in one process, and where the time goes."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from blocks.systems.ports import Extract, KnownYear, LedgerSource, SourceYear
from blocks.systems.registry import Books
from flows.cli.local_steps import LocalSteps
from flows.cli.result import LoadResult
from flows.runs.pull_tenant import pull_tenant
from flows.runs.pull_year import PullOptions
from tasks.fetch import Fetched
from tasks.jobs import Job
from tasks.publish import Publication
from tasks.reconcile import Judgement
from tasks.stage import StagedLoad
from tasks.stores import Stores, open_stores
from tests.benchmarks.clock import Clock
from tests.benchmarks.fortnox_books import connect, name_of, served


def pull_all(home: str, tenants: int, vouchers: int) -> Callable[[], dict[str, Any]]:
    """Publish every tenant untimed, let a day pass, and pull all again."""
    os.environ["TASMA_HOME"] = home
    connect(Path(home), tenants)
    simulator = served(tenants, vouchers)
    asyncio.run(_pull_all(tenants, Clock()))
    simulator.next_day()

    def work() -> dict[str, Any]:
        clock, before_s = Clock(), simulator.cpu_s
        states = asyncio.run(_pull_all(tenants, clock))
        facts = {"tenants": tenants, "states": states, **clock.facts}
        return facts | {"simulator_cpu_s": round(simulator.cpu_s - before_s, 3)}

    return work


async def _pull_all(tenants: int, clock: Clock) -> dict[str, int]:
    found: Counter[str] = Counter()
    with open_stores() as stores:
        for place in range(tenants):
            with clock.phase("all"):
                found[await _pull(stores, name_of(place), clock)] += 1
    return dict(found)


async def _pull(stores: Stores, tenant: str, clock: Clock) -> str:
    steps = TimedSteps(LoadResult(tenant), clock)
    ending = await pull_tenant(stores, tenant, PullOptions(), steps=steps)
    return ending.outcome.state_name


class TimedSteps(LocalSteps):
    """Adds the time of each step; what is left of `all` is session, token, leases and hub.

    `calls` is the part of `pull` that asks the system.
    """

    def __init__(self, found: LoadResult, clock: Clock) -> None:
        super().__init__(found, lambda _step: None)
        self._clock = clock

    async def pull(
        self, job: Job, books: Books, source_year: SourceYear, *, asks_closing: bool = False
    ) -> Fetched:
        timed = replace(books, ledger=TimedLedger(books.ledger, self._clock))
        with self._clock.phase("pull"):
            return await super().pull(job, timed, source_year, asks_closing=asks_closing)

    async def stage(self, job: Job, fetched: Fetched) -> StagedLoad:
        with self._clock.phase("read_and_stage"):
            return await super().stage(job, fetched)

    async def publish(self, job: Job, load: StagedLoad, judgement: Judgement) -> Publication:
        with self._clock.phase("publish"):
            return await super().publish(job, load, judgement)


class TimedLedger:
    """A ledger of which the time of each extract counts as calls."""

    def __init__(self, ledger: LedgerSource, clock: Clock) -> None:
        self._ledger, self._clock = ledger, clock
        self.fiscal_years = ledger.fiscal_years

    async def extract(self, year: SourceYear, *, known: KnownYear) -> Extract:
        with self._clock.phase("calls"):
            return await self._ledger.extract(year, known=known)
