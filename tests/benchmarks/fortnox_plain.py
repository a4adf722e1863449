"""Quiet tenants pulled one after the other in one process, and where the time goes."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from blocks.systems.fortnox.pull import YearExtract
from blocks.systems.fortnox.session import FortnoxSession
from blocks.systems.fortnox.wire import Company
from blocks.systems.ports import SourceYear
from flows.cli.local import Imported, steps_into
from flows.pull import pull_tenant
from flows.runs.pull_year import PullOptions
from flows.runs.steps import Steps
from tasks.fetch import Fetched
from tasks.jobs import Job
from tasks.publish import Publication
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
    steps = _timed(steps_into(Imported(Path(), tenant), lambda _step: None), clock)
    ending = await pull_tenant(stores, tenant, PullOptions(), steps=steps)
    return ending.outcome.state_name


def _timed(steps: Steps, clock: Clock) -> Steps:
    """Add the time of each step; what is left of `all` is session, token, leases and hub.

    `calls` is the part of `pull` that asks Fortnox.
    """

    async def pull(job: Job, fortnox: FortnoxSession, *rest: Any, **options: Any) -> Fetched:
        with clock.phase("pull"):
            return await steps.pull(job, _timed_calls(fortnox, clock), *rest, **options)

    async def stage(job: Job, fetched: Fetched) -> StagedLoad:
        with clock.phase("read_and_stage"):
            return await steps.stage(job, fetched)

    async def publish(*args: Any) -> Publication:
        with clock.phase("publish"):
            return await steps.publish(*args)

    return replace(steps, pull=pull, stage=stage, publish=publish)


def _timed_calls(fortnox: FortnoxSession, clock: Clock) -> FortnoxSession:
    company, pull_year = fortnox.company, fortnox.pull_year

    async def timed_company() -> Company:
        with clock.phase("calls"):
            return await company()

    async def timed_year(source: SourceYear) -> YearExtract:
        with clock.phase("calls"):
            return await pull_year(source)

    vars(fortnox).update(company=timed_company, pull_year=timed_year)
    return fortnox
