"""A night of pulls beside the sweeps of Spotilla's tenants, where both call by one client's rate.

Sweep, pulls and pace are the real ones, in as many processes' windows; time passes only while
everybody waits for it, and work takes none of it: the rate alone decides, which is the worst that
a sweep can do to a pull. A pull asks and lands nothing here: its calls are those of a quiet night.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import httpx
import pytest

from blocks.http.shared import SharedWindow
from blocks.hub import Connection, Hub, Method, Tenant
from blocks.hub.rate_shares import GENTLE
from blocks.systems.pace import HubShares
from blocks.systems.procountor import session as procountor_session
from simulators.books.company import Company as Books
from simulators.books.countries import FINLAND
from simulators.books.years import calendar_years
from simulators.fortnox.limiter import SlidingWindow as ServerWindow
from simulators.procountor import Company, InProcess, World
from simulators.procountor.books import environment, fill
from simulators.procountor.service import serve
from simulators.spotilla import Tenant as SpotillaTenant
from simulators.spotilla.service import serve as serve_spotilla
from simulators.spotilla.world import World as SpotillaWorld
from tasks.listening import sweep
from tasks.spotilla.route import CLIENT
from tests.benchmarks.procountor_calls import Contents, pulled
from tests.benchmarks.routes_sweep import RATE, heard, led, tenant_of
from tests.unit.http.virtual_time import simulate

PULLED: Final = 200
"""Tenants whose books are pulled in the night."""
BOOKS: Final = Books(41, calendar_years(2025, 2025), 60, country=FINLAND)
SHARDS: Final = 2
AT_ONCE: Final = 8
"""Pulls of a shard at the same time, as TASMA_NIGHT_AT_ONCE has it."""
EVERY_S: Final = 300.0
"""From one sweep to the next."""
SWEEPS: Final = 6
ANSWER_S: Final = 0.05
BORN: Final = dt.datetime(2026, 1, 5, 0, 0, tzinfo=dt.UTC)
OTHERS_LIMIT: Final = 60
_WINDOW: Final[ContextVar[int]] = ContextVar("window", default=0)


@dataclass
class Night:
    """What happened. `pulls`: seconds of each; `took_s`: of all; `swept`: calls of the sweeps."""

    pulls: list[float] = field(default_factory=list)
    took_s: float = 0.0
    calls: int = 0
    swept: int = 0
    refused: int = 0


class Slow(InProcess):
    """The way into a world, which answers after a while; counts calls by whose window they had."""

    def __init__(self, world: Any, serve_: Any, found: Callable[[], Night]) -> None:
        super().__init__(world, serve_)
        self._found = found

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the world does."""
        response = await super().handle_async_request(request)
        found = self._found()
        found.calls += 1
        found.swept += _WINDOW.get() == SHARDS
        found.refused += response.status_code == httpx.codes.TOO_MANY_REQUESTS
        await asyncio.sleep(ANSWER_S)
        return response


def night(tenants: int) -> Iterator[str]:
    """Play a quiet night without and with the sweeps of a half hour."""
    alone, beside = simulate(lambda clock: _played(tenants, clock))
    yield (f"{PULLED} pulls alone: {alone.calls:,} calls, {alone.took_s:.1f} s, one {_each(alone)}")
    ranked = zip(sorted(alone.pulls), sorted(beside.pulls), strict=True)
    before, after = max(ranked, key=lambda pair: pair[1] / pair[0])
    yield (
        f"beside sweeps over {tenants:,} tenants: {beside.took_s:.1f} s "
        f"({beside.took_s / alone.took_s - 1:+.1%}), one {_each(beside)}, of the same rank at "
        f"worst {after:.1f} s in place of {before:.1f}; {beside.refused} answers 429"
    )
    share = beside.swept / (RATE * EVERY_S * SWEEPS)
    yield f"sweeps: {beside.swept:,} calls, {share:.1%} of the client's half hour"


def _each(found: Night) -> str:
    return f"{median(found.pulls):.1f} s (p99 {quantiles(found.pulls, n=100)[98]:.1f})"


async def _played(tenants: int, clock: Callable[[], float]) -> tuple[Night, Night]:
    now = [Night()]
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))

        def time() -> dt.datetime:
            return BORN + dt.timedelta(seconds=clock())

        hub, shares = (
            stack.enter_context(Hub(f"sqlite:///{home / name}.sqlite", clock=time)).migrate()
            for name in ("hub", "shares")
        )
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(asyncio, "to_thread", _at_once)
        names = [f"pulled-{number}" for number in range(PULLED)]
        there, here = _worlds(tenants, time)
        logins = [*here.tenants]
        wires = Slow(there, serve, lambda: now[0]), Slow(here, serve_spotilla, Night)
        keys = {
            name: there.add_key(1_000 + place, text=f"key-{name}", client_id=CLIENT).text
            for place, name in enumerate([*logins, *names])
        }
        led(patch, wires, keys)
        for place, login in enumerate(logins):
            tenant_of(hub, login, 1_000 + place)
            await heard(hub, login)
        for place, name in enumerate(names):
            _pulled_tenant(hub, name, 1_000 + tenants + place, "" if name == names[0] else names[0])
        held = {name: await pulled(hub, [], tenant=name) for name in names}
        there.limiter = ServerWindow(OTHERS_LIMIT, 1.0, now_s=clock)
        _pace(patch, shares, clock)
        now[0] = alone = Night()
        await _work(hub, held, alone, clock, sweeps=0)
        await asyncio.sleep(EVERY_S)  # by now as many are due as at any sweep
        now[0] = Night()
        await _work(hub, held, now[0], clock, sweeps=SWEEPS)
    return alone, now[0]


async def _work(
    hub: Hub,
    held: dict[str, Contents],
    found: Night,
    clock: Callable[[], float],
    *,
    sweeps: int,
) -> None:
    """Pull all, a shard for every so many, and sweep every five minutes from the same moment on."""
    began = clock()

    async def shard(number: int) -> None:
        _WINDOW.set(number)
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(name: str) -> None:
            async with turns:
                since = clock()
                await pulled(hub, held[name], tenant=name)
                found.pulls.append(clock() - since)

        await asyncio.gather(*(one(name) for name in [*held][number::SHARDS]))
        found.took_s = max(found.took_s, clock() - began)

    async def watch() -> None:
        _WINDOW.set(SHARDS)
        for number in range(sweeps):
            await asyncio.sleep(max(began + number * EVERY_S - clock(), 0.0))
            if problems := (await sweep(hub)).problems:
                raise RuntimeError(f"a sweep found {problems}")

    await asyncio.gather(watch(), *(shard(number) for number in range(SHARDS)))


def _worlds(tenants: int, time: Callable[[], dt.datetime]) -> tuple[World, SpotillaWorld]:
    full = [environment(BOOKS, 1_000 + tenants + number) for number in range(PULLED)]
    there = World.of([*(Company(1_000 + n) for n in range(tenants)), *full], clock=time)
    for company in full:
        fill(there, company, BOOKS, openings="every")
    there.limiter.limit = 10**9  # until the pace is the shared one
    there.clients[CLIENT] = "plainly-fake"
    logins = [SpotillaTenant(f"tenant-{number}") for number in range(tenants)]
    return there, SpotillaWorld.of(logins, clock=time)


def _pulled_tenant(hub: Hub, name: str, company: int, shared: str) -> None:
    number = BOOKS.organisation_number
    hub.tenants.add(Tenant(name, name, number, country="FI", same_number_as=shared))
    made = Connection(
        name,
        "procountor",
        Method.API_KEY,
        source_tenant_id=str(company),
        credential_block="a/b",
    )
    hub.connections.save(made)


def _pace(patch: pytest.MonkeyPatch, shares: Hub, clock: Callable[[], float]) -> None:
    """Let all calls of Procountor go by windows that share the client's rate from now on."""
    windows = [
        SharedWindow(
            scope=CLIENT,
            holder=f"{GENTLE if number == SHARDS else ''}process {number}",
            shares=HubShares(shares),
            limit=RATE,
            clock=clock,
        )
        for number in range(SHARDS + 1)
    ]

    @asynccontextmanager
    async def pace(*_: object) -> Any:
        yield windows[_WINDOW.get()]

    patch.setattr(procountor_session, "shared_pace", pace)


async def _at_once(work: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    """Work in no time, where a thread would take some."""
    return work(*arguments, **more)
