"""Routes: the fold of Ecom's events, a sweep of Spotilla's tenants, calls at the shared rate.

``python -m tests.benchmarks.routes fold|sweep|rate [SIZE]``. Everything is in one process without
sockets; what the simulators take is told apart. Of *rate* the time is virtual: what is measured is
how calls stand in line, and not this machine.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import quantiles
from types import SimpleNamespace
from typing import Any, Final

import pytest

from blocks.http import SlidingWindow
from blocks.hub import Connection, Hub, Method, Tenant
from blocks.systems.procountor import session as procountor_session
from blocks.systems.procountor.block import ProcountorApiKey, ProcountorClient
from blocks.systems.spotilla import api as spotilla_api
from blocks.systems.spotilla import session as spotilla_session
from blocks.systems.spotilla.block import SpotillaUser
from ledger.ecom.contract import event_of
from ledger.ecom.decide import Case, decide
from ledger.ecom.documents import DocumentKind
from ledger.ecom.history import fold
from ledger.ecom.modes import Mode, Since
from ledger.ecom.periods import Company as Periods
from ledger.ecom.remarks import remarks
from ledger.invoice.mappings.procountor.terms import Terms
from simulators.fortnox.limiter import SlidingWindow as ServerWindow
from simulators.procountor import Company, InProcess, World
from simulators.procountor.service import serve as serve_procountor
from simulators.spotilla import Tenant as SpotillaTenant
from simulators.spotilla.service import serve as serve_spotilla
from simulators.spotilla.world import Acts
from simulators.spotilla.world import World as SpotillaWorld
from tasks.feeds import keep
from tasks.listening import sweep as sweep_all
from tasks.spotilla import sweeping
from tasks.spotilla.route import CLIENT, TARGET, SpotillaRoute, Stage
from tasks.spotilla.switching import request
from tests.ecom_said import ALWAYS, paid, purchase, story
from tests.procountor_push import IMPATIENT, URL, Unhurried, unpaced

EVENTS: Final = 100_000
KINDS: Final = (
    "created", "changed", "changed", "approved", "posting_changed", "submitted_for_payment",
    paid(), paid("m-2"), "changed", "bank_error",
)  # fmt: skip
TENANTS: Final = 1_000
SHARE_WITH_WORK: Final = 0.01
RATE: Final = 40
"""Calls a second of a client, as TASMA_PROCOUNTOR_RATE has it by default."""
CYCLE_S: Final = 1_800.0
OTHERS_LIMIT: Final = 60
"""Calls a second from which on Procountor answers 429."""


def fold_events(events: int) -> Iterator[str]:
    """Read, fold and decide so many events of documents with ten each."""
    modes = (Since(Mode.VOUCHER_PROCOUNTOR, ALWAYS),)
    names = [f"p-{number}" for number in range(events // len(KINDS))]
    texts = {n: [e.model_dump_json() for e in story(*KINDS, document=n)] for n in names}
    document, began = purchase(), time.process_time()
    for name, contents in texts.items():
        history = fold(map(event_of, contents), modes, kind=DocumentKind.PURCHASE_INVOICE)
        case = Case(name, history, Periods(), document, dt.date(2026, 7, 1))
        decide(case)
        remarks(case)
    yield f"{events:,} events read, folded and decided: {time.process_time() - began:.2f} CPU s"


class Timed(InProcess):
    """A way into a world that adds up what the world takes. `cpu_s`: of it; `calls`: made."""

    def __init__(self, world: Any, serve: Any) -> None:
        super().__init__(world, self._timed)
        self._plain, self.cpu_s, self.calls = serve, 0.0, 0

    def _timed(self, world: Any, request: Any) -> Any:
        began = time.thread_time()
        try:
            return self._plain(world, request)
        finally:
            self.cpu_s += time.thread_time() - began
            self.calls += 1


def sweep(tenants: int) -> Iterator[str]:
    """Sweep over tenants of which one in a hundred has work, each at its half hour."""
    logins = [f"tenant-{number}" for number in range(tenants)]
    ahead = [dt.timedelta()]

    def clock() -> dt.datetime:
        return dt.datetime.now(dt.UTC) + ahead[0]

    there = World.of([Company(1_000 + n) for n in range(tenants)], clock=clock)
    there.limiter.limit, there.clients[CLIENT] = 10**9, "plainly-fake"
    keys = {
        login: there.add_key(1_000 + number, text=f"key-{login}", client_id=CLIENT).text
        for number, login in enumerate(logins)
    }
    here = SpotillaWorld.of([SpotillaTenant(login) for login in logins], clock=clock)
    wires = Timed(there, serve_procountor), Timed(here, serve_spotilla)
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory() as folder,
        Hub(f"sqlite:///{Path(folder) / 'hub.sqlite'}", clock=clock) as hub,
    ):
        hub.migrate()
        _led(patch, wires, keys)
        for number, login in enumerate(logins):
            _tenant(hub, login, 1_000 + number)
            asyncio.run(_heard(hub, login))
        for login in random.Random(1).sample(logins, round(tenants * SHARE_WITH_WORK)):  # noqa: S311
            Acts(here, login).add_customer()
        ahead[0] += dt.timedelta(seconds=CYCLE_S + 60)
        before = [(wire.cpu_s, wire.calls) for wire in wires]
        began = time.process_time()
        found = asyncio.run(sweep_all(hub))
        took_s = time.process_time() - began
        simulators_s = sum(w.cpu_s - cpu for w, (cpu, _) in zip(wires, before, strict=True))
        calls = wires[0].calls - before[0][1]
    yield (
        f"{tenants:,} tenants, {len(found.news):,} with news, {len(found.problems)} with trouble: "
        f"{took_s - simulators_s:.1f} CPU s of ours, {simulators_s:.1f} of the simulators"
    )
    yield (
        f"{calls:,} calls of Procountor: {calls / (RATE * CYCLE_S):.1%} of {RATE} a second over a "
        "half hour"
    )


def _led(patch: pytest.MonkeyPatch, wires: tuple[Timed, Timed], keys: dict[str, str]) -> None:
    there, here = wires
    unhurried = Unhurried(calls=10**6, period_s=0.001)
    wire = procountor_session.Wire(there, IMPATIENT)
    patch.setattr(procountor_session, "Wire", lambda: wire)
    patch.setattr(procountor_session, "shared_pace", unpaced)
    patch.setattr(spotilla_session, "window", lambda *_: unhurried)
    client = partial(spotilla_api.http_client, wire=here, retry=IMPATIENT)
    patch.setattr(spotilla_api, "http_client", client)
    patch.setenv("TASMA_PROCOUNTOR_URL", URL)
    patch.setenv("TASMA_SPOTILLA_URL", "http://localhost/api/v3")
    ours = ProcountorClient(client_id=CLIENT, client_secret="plainly-fake")  # noqa: S106

    async def credentials(tenant: str, _block: str) -> SimpleNamespace:
        key = ProcountorApiKey(client_block="ours", api_key=keys[tenant])
        return procountor_session.Credentials(ours, key, Terms())

    async def user(tenant: str, _block: str) -> SpotillaUser:
        return SpotillaUser(
            subdomain=tenant,
            email="integraatio@example.invalid",
            password="plainly-fake-password",  # noqa: S106
        )

    patch.setattr(procountor_session, "credentials", credentials)
    patch.setattr(spotilla_session, "user_block", user)


def _tenant(hub: Hub, login: str, company: int) -> None:
    shared = "" if login == "tenant-0" else "tenant-0"
    hub.tenants.add(Tenant(login, login, "12345671", country="FI", same_number_as=shared))
    for system, source in ((TARGET, str(company)), ("spotilla", login)):
        hub.connections.save(
            Connection(
                login, system, Method.API_KEY, source_tenant_id=source, credential_block="a/b"
            )
        )
    made = request(hub, login, who="helpdesk")
    hub.routes.switch(made.route, Stage.ON, who="a main user")


async def _heard(hub: Hub, login: str) -> None:
    """Let a tenant's first reading of both registers be over."""
    route = SpotillaRoute.of(hub, login)
    async with sweeping.open_feed(hub, login, route.target) as partners:
        await keep(hub, login, route.target, await partners.read(""))
    async with sweeping.open_registers(hub, login, "spotilla") as (feed, _):
        await keep(hub, login, "spotilla", await feed.read(""))


class VirtualTime:
    """A clock that goes on while somebody sleeps, for many who sleep at once."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Sleep in virtual time: whoever wakes first moves the clock."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sleepers.append((self.now + seconds, len(self.sleepers), woken))
        await woken

    async def run(self, work: Any) -> None:
        """Run work to its end, moving the clock whenever all of it sleeps."""
        task = asyncio.ensure_future(work)
        while not task.done():
            for _ in range(20):  # let everybody go on until they sleep
                await PAUSE(0)
            if not task.done() and self.sleepers:
                self.sleepers.sort(key=lambda one: (one[0], one[1]))
                self.now, _, woken = self.sleepers.pop(0)
                woken.set_result(None)
        await task


PAUSE: Final = asyncio.sleep


def rate(documents: int) -> Iterator[str]:
    """Send documents of many tenants through one client's window, at all and at half its rate."""
    for answer_s in ANSWERS_S:
        for load in (1.0, 0.5):
            yield asyncio.run(_rate(documents, load, answer_s))


CALLS_OF_A_DOCUMENT: Final = 12
"""What a purchase with posting, image and payment takes, its card joined."""
ANSWERS_S: Final = (0.02, 0.2)
"""How long Procountor takes to answer; seconds."""


async def _rate(documents: int, load: float, answer_s: float) -> str:
    """Return what a window did with the calls of documents that come at a share of its rate."""
    clock = VirtualTime()
    window = SlidingWindow(calls=RATE, period_s=1.0, clock=clock)
    server = ServerWindow(OTHERS_LIMIT, 1.0, now_s=clock)
    draws = random.Random(7)  # noqa: S311 - arrivals, never a key
    done, refused, latencies = 0, 0, []

    async def call() -> None:
        nonlocal done, refused
        async with window.turn() as answered:
            refused += not server.admits("client")
            await clock.sleep(answer_s)
            answered()
        done += 1

    async def document(at: float) -> None:
        await clock.sleep(at)
        for _ in range(CALLS_OF_A_DOCUMENT):
            await call()
        latencies.append(clock.now - at)

    span_s = 0.0 if load == 1.0 else documents * CALLS_OF_A_DOCUMENT / (RATE * load)
    arrivals = sorted(draws.uniform(0.0, span_s) for _ in range(documents))
    with pytest.MonkeyPatch.context() as patch:
        virtual = SimpleNamespace(**vars(asyncio) | {"sleep": clock.sleep})
        patch.setattr("blocks.http.limiter.asyncio", virtual)
        await clock.run(asyncio.gather(*(document(at) for at in arrivals)))
    cuts = quantiles(latencies, n=100)
    return (
        f"{documents:,} documents at {load:.0%}, answers after {answer_s} s: "
        f"{done / clock.now / RATE:.1%} of the rate, {refused} answers 429; "
        f"p50 {cuts[49]:.1f} s, p99 {cuts[98]:.1f} s"
    )


BENCHMARKS: Final = {"fold": (fold_events, EVENTS), "sweep": (sweep, TENANTS), "rate": (rate, 100)}

if __name__ == "__main__":
    name = sys.argv[1]
    measured, size = BENCHMARKS[name]
    for line in measured(int(sys.argv[2]) if len(sys.argv) > 2 else size):
        print(line)  # noqa: T201 - a command
