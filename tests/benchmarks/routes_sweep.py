"""A sweep over Spotilla's tenants, each at its half hour, nearly all with nothing to do."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest

from blocks.hub import Connection, Hub, Method, Tenant
from blocks.systems.procountor import session as procountor_session
from blocks.systems.procountor.block import ProcountorApiKey, ProcountorClient
from blocks.systems.spotilla import api as spotilla_api
from blocks.systems.spotilla import session as spotilla_session
from blocks.systems.spotilla.block import SpotillaUser
from ledger.invoice.mappings.procountor.terms import Terms
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
from tests.procountor_push import IMPATIENT, URL, Unhurried, unpaced

TENANTS: Final = 1_000
SHARE_WITH_WORK: Final = 0.01
RATE: Final = 40
"""Calls a second of a client, as TASMA_PROCOUNTOR_RATE has it by default."""
CYCLE_S: Final = 1_800.0


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
        led(patch, wires, keys)
        for number, login in enumerate(logins):
            tenant_of(hub, login, 1_000 + number)
            asyncio.run(heard(hub, login))
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


def led(
    patch: pytest.MonkeyPatch, wires: tuple[InProcess, InProcess], keys: dict[str, str]
) -> None:
    """Lead this process into both worlds, without a pace; `keys`: of each tenant."""
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


def tenant_of(hub: Hub, login: str, company: int) -> None:
    """Add a tenant of Spotilla whose route is on."""
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


async def heard(hub: Hub, login: str) -> None:
    """Let a tenant's first reading of both registers be over."""
    route = SpotillaRoute.of(hub, login)
    async with sweeping.open_feed(hub, login, route.target) as partners:
        await keep(hub, login, route.target, await partners.read(""))
    async with sweeping.open_registers(hub, login, "spotilla") as (feed, _):
        await keep(hub, login, "spotilla", await feed.read(""))
