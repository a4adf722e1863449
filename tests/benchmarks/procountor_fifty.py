"""A night of many Procountor tenants of one client, over sockets, from several processes.

``python -m tests.benchmarks.procountor_fifty [TENANTS [PROCESSES]]``. The simulator answers in this
process; it counts the calls, and refuses what goes past 60 in a second.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import pytest
from prefect.blocks.core import Block
from pydantic import SecretStr

from blocks.hub import Connection, Method, Tenant
from blocks.systems.procountor.block import ProcountorApiKey, ProcountorClient
from blocks.systems.registry import port
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.countries import FINLAND
from simulators.books.years import calendar_years
from simulators.procountor import CLIENT_ID, CLIENT_SECRET, ProcountorSimulator
from simulators.procountor.books import environment, fill
from simulators.procountor.world import World
from tests.faults.puller import pulled
from tests.homes import opened

RATE: Final = 40
"""Calls a second that all tenants share; the setting's default."""
VOUCHERS: Final = 60
CALLS_EACH: Final = 30
"""Calls of a tenant where nothing but the pace is looked at."""
FIRST: Final = 2001
YEAR: Final = FiscalYear.parse("2025")
CLIENT_BLOCK: Final = "procountor-client/ours"

Work = Callable[[str, Path, Sequence[int]], None]


def main() -> None:
    """Print what the first transfers, a quiet night and calls alone come to."""
    tenants, processes = [*map(int, sys.argv[1:]), *(50, 4)[len(sys.argv) - 1 :]]
    numbers = range(FIRST, FIRST + tenants)
    books = [
        Company(number, calendar_years(2025, 2025), VOUCHERS, country=FINLAND) for number in numbers
    ]
    there = [environment(book, number) for book, number in zip(books, numbers, strict=True)]
    with ProcountorSimulator(there) as simulator, tempfile.TemporaryDirectory() as folder:
        for company, book in zip(there, books, strict=True):
            fill(simulator.world, company, book, openings="every")
        _connect(Path(folder), numbers, books)
        print("what              calls   429  wall s  calls/s  busiest s  our CPU s")  # noqa: T201 - a command
        whole: list[tuple[str, Work]] = [("first transfers", pull), ("quiet night", pull)]
        for what, work in (*whole, ("calls alone", call)):
            _print(
                what, simulator.world, _timed(work, simulator.url, Path(folder), numbers, processes)
            )


def _connect(home: Path, numbers: Sequence[int], books: Sequence[Company]) -> None:
    with opened(home) as stores:
        stores.hub.migrate()
        for number, book in zip(numbers, books, strict=True):
            name = f"t{number}"
            tenant = Tenant(name, name, book.organisation_number, country="FI", currency="EUR")
            stores.hub.tenants.add(tenant)
            stores.hub.years.define(name, YEAR)
            made = Connection(
                name, "procountor", Method.API_KEY, str(number), credential_block=name
            )
            stores.hub.connections.save(made)


def _timed(
    work: Work, url: str, home: Path, numbers: Sequence[int], processes: int
) -> tuple[float, float]:
    """Share the tenants out; return wall and CPU seconds of all processes."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    context = multiprocessing.get_context("spawn")
    children = [
        context.Process(target=work, args=(url, home, numbers[place::processes]))
        for place in range(processes)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join()
    if any(child.exitcode for child in children):
        raise RuntimeError(f"ended with {[child.exitcode for child in children]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - began, cpu


def _print(what: str, world: World, took: tuple[float, float]) -> None:
    """Print a line; the rate is that between the first call and the last."""
    calls = list(world.calls)
    world.calls.clear()
    ages = sorted(call.at.timestamp() for call in calls)
    refused = sum(call.status == HTTPStatus.TOO_MANY_REQUESTS for call in calls)
    busiest = max(Counter(int(age - ages[0]) for age in ages).values())
    rate = len(calls) / (ages[-1] - ages[0])
    wall, cpu = took
    print(  # noqa: T201 - a command
        f"{what:16} {len(calls):6,} {refused:5} {wall:7.1f} {rate:8.1f} {busiest:10} {cpu:10.1f}"
    )


def pull(url: str, home: Path, numbers: Sequence[int]) -> None:
    """Pull tenants one after the other, as far as publication."""
    with pytest.MonkeyPatch.context() as patch, opened(home) as stores:
        _lead(patch, url)
        states = {pulled(stores, f"t{number}") for number in numbers}
        if states - {"Published", "Unchanged"}:
            raise RuntimeError(f"ended {states}")


def call(url: str, home: Path, numbers: Sequence[int]) -> None:
    """Ask for each tenant's company many times, all tenants at once."""

    async def of(tenant: str) -> None:
        async with port("procountor").connect.session(stores.hub, tenant) as session:
            asked: Any = session
            await asyncio.gather(*(asked.get("company") for _ in range(CALLS_EACH)))

    async def work() -> None:
        await asyncio.gather(*(of(f"t{number}") for number in numbers))

    with pytest.MonkeyPatch.context() as patch, opened(home) as stores:
        _lead(patch, url)
        asyncio.run(work())


def _lead(patch: pytest.MonkeyPatch, url: str) -> None:
    """Lead this process to the simulator; each tenant's block has its key."""
    secret = SecretStr(CLIENT_SECRET)

    async def load(name: str) -> Block:
        if name == CLIENT_BLOCK:
            return ProcountorClient(client_id=CLIENT_ID, client_secret=secret)
        key = SecretStr(f"key-{name.removeprefix('t')}")
        return ProcountorApiKey(client_block=CLIENT_BLOCK, api_key=key, terms={})

    patch.setattr(Block, "aload", load)
    patch.setenv("TASMA_PROCOUNTOR_URL", url)
    patch.setenv("TASMA_PROCOUNTOR_RATE", str(RATE))


if __name__ == "__main__":
    main()
