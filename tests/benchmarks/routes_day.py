"""A day of Ecom's events of many tenants: heard, settled and pushed at one client's shared rate.

All of it is real but the way to Procountor and time: the folder of lines that a feed reads, route,
hub, lake, outbox, target and pace of four processes; the simulated Procountor answers in this
process, after so many seconds of a time that passes only while everybody waits for it. So what is
measured is how work stands in line, and not this machine; work itself takes no time.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import httpx
import pytest

from blocks.http.shared import SharedWindow
from blocks.hub import Connection, Hub, Method, Tenant
from blocks.systems.ecom import session as ecom_session
from blocks.systems.ecom.block import EcomFeed
from blocks.systems.pace import HubShares
from blocks.systems.procountor import session as procountor_session
from blocks.systems.procountor import tokens
from blocks.systems.procountor.block import ProcountorApiKey, ProcountorClient
from ledger.ecom.modes import Mode
from ledger.invoice.mappings.ecom_procountor.accounts import AccountRow
from ledger.invoice.mappings.procountor.terms import Terms
from ledger.push.items import Phase
from simulators.ecom import Company as EcomCompany
from simulators.fortnox.limiter import SlidingWindow as ServerWindow
from simulators.procountor import Company, InProcess, World
from simulators.procountor.service import serve
from tasks.ecom import accounts
from tasks.ecom.hearing import hear
from tasks.ecom.mode import add_route, switch
from tasks.ecom.route import CLIENT, TARGET, EcomRoute
from tasks.push import push_tenant
from tasks.stores import Stores
from tests.homes import opened_new
from tests.procountor_push import IMPATIENT, URL
from tests.unit.http.virtual_time import simulate

TENANTS: Final = 100
DOCUMENTS: Final = 3
"""Purchases of a tenant: each entered, given an image, approved, exported and paid by hand."""
RATE: Final = 40
OTHERS_LIMIT: Final = 60
"""Calls a second from which on Procountor answers 429."""
PROCESSES: Final = 4
ANSWER_S: Final = 0.02
LISTENS_S: Final = 1.0
"""How soon a tenant's run begins after an event; the sweep's five minutes are no part of this."""
BORN: Final = dt.datetime(2026, 5, 4, 5, 0, tzinfo=dt.UTC)
NUMBER: Final = "1234567-1"
FIRST: Final = 1_001
VAT: Final = Decimal("25.5")
ALONE: Final = 1.04
"""How many times the calls of documents that go together those of one by itself are."""
_PROCESS: Final[ContextVar[int]] = ContextVar("process", default=0)
"""Which of the processes a tenant's run is in."""


@dataclass
class Day:
    """What happened. `took`: seconds from a document's last event to its payment's mark."""

    calls: list[float] = field(default_factory=list)
    refused: int = 0
    took: list[float] = field(default_factory=list)
    phases: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Calls a second between the first and the last."""
        return len(self.calls) / (max(self.calls) - min(self.calls))

    def in_words(self, title: str) -> str:
        """Say it in one line."""
        cuts = quantiles(self.took, n=100)
        return (
            f"{title}: {len(self.took):,} documents, {len(self.calls):,} calls, "
            f"{self.rate / RATE:.1%} of {RATE} a second, {self.refused} answers 429; "
            f"p50 {cuts[49]:.1f} s, p99 {cuts[98]:.1f} s; ends {dict(self.phases)}"
        )


class Slow(InProcess):
    """The way to Procountor: says when the first byte leaves, and answers after a while."""

    def __init__(self, world: World, clock: Callable[[], float], seen: Day) -> None:
        super().__init__(world, serve)
        self._clock, self._seen = clock, seen

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the world does."""
        if trace := request.extensions.get("trace"):
            await trace("http11.send_request_headers.started", {})
        self._seen.calls.append(self._clock())
        response = await super().handle_async_request(request)
        self._seen.refused += response.status_code == httpx.codes.TOO_MANY_REQUESTS
        await asyncio.sleep(ANSWER_S)
        return response


def day(tenants: int) -> Iterator[str]:
    """Play the documents of a day, all at once and at half of the rate."""
    whole = simulate(partial(_played, tenants, 0.0))
    yield whole.in_words("all at once")
    # Documents that come one by one take calls of a session each.
    span_s = len(whole.calls) * ALONE / (RATE / 2)
    yield simulate(partial(_played, tenants, span_s)).in_words(f"over {span_s:.0f} s")


async def _played(tenants: int, span_s: float, clock: Callable[[], float]) -> Day:
    seen, names = Day(), [f"tenant-{number}" for number in range(tenants)]
    draws = random.Random(7)  # noqa: S311 - arrivals, never a key
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        world = _world(tenants, clock)
        stores = _stores(stack, home)
        _led(stack, home, world, Slow(world, clock, seen), clock)
        works = [
            Work(stores, home / name, _tenant(stores.hub, home, number), seen, clock)
            for number, name in enumerate(names)
        ]
        days = [sorted(draws.uniform(0.0, span_s) for _ in range(DOCUMENTS)) for _ in names]
        await asyncio.gather(*(work.of(one) for work, one in zip(works, days, strict=True)))
        for name in names:
            listed = stores.hub.outbox.listed(name, TARGET)
            seen.phases.update(str(one.item.phase) for one in listed)
    if seen.phases.keys() != {str(Phase.DONE)}:
        raise AssertionError(f"not all of it was done: {dict(seen.phases)}")
    return seen


@dataclass
class Work:
    """A tenant of Ecom whose documents come. `folder`: of its feed, named as the tenant."""

    stores: Stores
    folder: Path
    company: EcomCompany
    seen: Day
    clock: Callable[[], float]

    async def of(self, arrivals: list[float]) -> None:
        """Let documents come at these seconds; each run hears and pushes what has come by then."""
        waiting, began, number = arrivals, self.clock(), 0
        _PROCESS.set(int(self.folder.name.rpartition("-")[2]) % PROCESSES)
        while waiting:
            await asyncio.sleep(max(began + waiting[0] - self.clock(), 0.0))
            come = [at for at in waiting if at <= self.clock() - began]
            waiting = waiting[len(come) :]
            for _ in come:
                number += 1
                _purchase(self.company, f"p-{number}")
            self.company.write_file(self.folder, f"{number}.jsonl")
            await asyncio.sleep(LISTENS_S)
            await hear(self.stores, self.folder.name)
            hub, lake = self.stores.hub, self.stores.lake
            await push_tenant(hub, self.folder.name, TARGET, lake=lake)
            self.seen.took += [self.clock() - began - at for at in come]


def _purchase(company: EcomCompany, name: str) -> None:
    company.purchase(name)
    company.attach(name, "lasku.pdf", b"%PDF-1.4 plainly fake " + name.encode())
    company.approve(name)
    company.export(name)
    company.pay(name, f"m-{name}", amount="1255.00", date="2026-05-05")


def _world(tenants: int, clock: Callable[[], float]) -> World:
    world = World.of(
        [Company(FIRST + number) for number in range(tenants)],
        clock=lambda: BORN + dt.timedelta(seconds=clock()),
    )
    world.limiter = ServerWindow(OTHERS_LIMIT, 1.0, now_s=clock)
    world.clients[CLIENT] = "plainly-fake"
    for number in range(tenants):
        world.add_key(FIRST + number, text=f"key-{number}", client_id=CLIENT)
    return world


def _stores(stack: ExitStack, home: Path) -> Stores:
    with Hub(f"sqlite:///{home / 'empty.sqlite'}") as hub:
        hub.migrate()
    return stack.enter_context(opened_new(home, home / "empty.sqlite"))


def _tenant(hub: Hub, home: Path, number: int) -> EcomCompany:
    name = f"tenant-{number}"
    shared = "tenant-0" if number else ""
    plain = NUMBER.replace("-", "")
    hub.tenants.add(Tenant(name, name, plain, country="FI", same_number_as=shared))
    for system, company in (("ecom", plain), (TARGET, str(FIRST + number))):
        made = Connection(
            name, system, Method.API_KEY, source_tenant_id=company, credential_block=f"a/{number}"
        )
        hub.connections.save(made, is_login=True)  # all are one company in Ecom
    route = add_route(hub, name, who="anna")
    hub.routes.activate(route.route, who="olli")
    accounts.save(EcomRoute.of(hub, name), [AccountRow("7230", VAT, "7230", "1")], who="anna")
    switch(hub, name, Mode.VOUCHER_ECOM, who="anna")
    folder = home / name
    folder.mkdir()
    (folder / "company.txt").write_text(NUMBER)
    company = EcomCompany(NUMBER, "plainly-fake-key")
    company.account("7230", "Vuokrat", "25.5")
    return company


def _led(stack: ExitStack, home: Path, world: World, way: Slow, clock: Callable[[], float]) -> None:
    patch = stack.enter_context(pytest.MonkeyPatch.context())
    shares = Hub(
        f"sqlite:///{home / 'shares.sqlite'}",
        clock=lambda: BORN + dt.timedelta(seconds=clock()),
    )
    stack.enter_context(shares)
    shares.migrate()
    windows = [
        SharedWindow(
            scope=CLIENT,
            holder=f"process {number}",
            shares=HubShares(shares),
            limit=RATE,
            clock=clock,
        )
        for number in range(PROCESSES)
    ]

    @asynccontextmanager
    async def pace(*_: object) -> Any:
        yield windows[_PROCESS.get()]

    async def at_once(work: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        return work(*arguments, **more)

    async def feed(tenant: str, _block: str) -> EcomFeed:
        return EcomFeed(key="plainly-fake-key", folder=str(home / tenant))

    ours = ProcountorClient(client_id=CLIENT, client_secret="plainly-fake")  # noqa: S106

    async def credentials(_tenant: str, block: str) -> Any:
        key = ProcountorApiKey(client_block="ours", api_key=f"key-{block.partition('/')[2]}")
        return procountor_session.Credentials(ours, key, Terms())

    wire = procountor_session.Wire(way, IMPATIENT)
    patch.setattr(asyncio, "to_thread", at_once)
    patch.setattr(procountor_session, "Wire", lambda: wire)
    patch.setattr(procountor_session, "shared_pace", pace)
    patch.setattr(procountor_session, "credentials", credentials)
    patch.setattr(ecom_session, "feed_block", feed)
    patch.setattr(tokens, "_HELD", {})
    patch.setenv("TASMA_PROCOUNTOR_URL", URL)
