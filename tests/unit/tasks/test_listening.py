"""Sweeps over feeds: what they ask leaves the rate to pulls and pushes."""

from __future__ import annotations

import asyncio

import pytest

from blocks.hub import Hub, Tenant
from blocks.hub.rate_shares import GENTLE
from blocks.systems.pace import shared_pace
from tasks import listening
from tasks.ecom.mode import add_route


@pytest.fixture
def hub(tmp_path):
    with Hub(f"sqlite:///{tmp_path / 'hub.sqlite'}") as hub:
        hub.migrate().tenants.add(Tenant("acme", "Acme Oy", country="FI"))
        add_route(hub, "acme", who="anna")
        yield hub


def test_sweep_calls_gently_and_whoever_calls_after_it_does_not(hub, monkeypatch):
    names = []

    async def called(hub, _tenant):
        async with shared_pace(hub, "procountor/ours", 40) as window:
            names.append(window._name)  # by which the hub divides
        return False

    one = listening.Listener(called, called)
    monkeypatch.setattr(listening, "LISTENERS", {"ecom": one})

    async def work():
        await listening.sweep(hub)
        await called(hub, "acme")

    asyncio.run(work())

    assert [True, False] == [name.startswith(GENTLE) for name in names]
