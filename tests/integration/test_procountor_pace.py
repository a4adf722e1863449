"""Whoever calls Procountor by one client of ours goes by one window of the hub's shares."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack

import pytest

from blocks.http.shared import SharedWindow
from blocks.hub import Connection, Method, Tenant
from blocks.systems.procountor.session import procountor_session
from tests.harnesses import procountor as harness

SYSTEMS = ("procountor", f"procountor@{harness.CLIENT_ID}")


@pytest.fixture
def there(monkeypatch):
    with harness.opened(monkeypatch) as there:
        yield there


def test_pulls_and_pushes_of_a_client_share_its_window_and_no_call_goes_past_it(
    house, there, monkeypatch
):
    hub = house.stores.hub
    hub.tenants.add(Tenant("acme", "Acme Oy", there.number))
    for system in SYSTEMS:
        company = str(harness.COMPANY_ID)
        hub.connections.save(
            Connection("acme", system, Method.API_KEY, company, credential_block=harness.KEY_BLOCK)
        )
    turns = Counter()
    turn = SharedWindow.turn

    def counted(window):
        turns[window._scope] += 1
        return turn(window)

    monkeypatch.setattr(SharedWindow, "turn", counted)

    async def work():
        async with AsyncExitStack() as stack:
            pull, push = [
                await stack.enter_async_context(procountor_session(hub, "acme", system))
                for system in SYSTEMS
            ]
            assert pull.api.window is push.api.window
            await pull.get("company")
            await pull.api.report("ledgeraccounts", {"endDate": "2025-12-31"})
            until_s = time.clock_gettime(time.CLOCK_BOOTTIME) + 60
            await push.api.change("POST", "businesspartners", body={}, token=1, until_s=until_s)

    asyncio.run(work())

    assert {f"procountor/{harness.CLIENT_ID}": len(there.simulator.world.calls)} == turns
