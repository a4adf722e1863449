"""Waiting for a unit that another run works on."""

from __future__ import annotations

import asyncio
import threading

import pytest

from blocks.hub import LeaseTaken, Tenant, unit_resource
from flows.runs.leasing import unit_lease
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tests.homes import opened_new

UNIT = Unit("acme", FiscalYear.parse("2024"))


@pytest.fixture
def stores(tmp_path, empty_hub):
    with opened_new(tmp_path, empty_hub) as stores:
        stores.hub.tenants.add(Tenant("acme", "Acme AB"))
        yield stores


def hold(stores, wait_limit_s):
    async def take():
        async with unit_lease(
            stores, UNIT, wait_limit_s=wait_limit_s, poll_interval_s=0.05
        ) as kept:
            return kept.token, stores.hub.leases.find(unit_resource(UNIT.tenant, UNIT.year))

    return asyncio.run(take())


def test_a_free_unit_is_held_for_the_length_of_the_body(stores):
    token, lease = hold(stores, 0)

    assert token == lease.token
    assert stores.hub.leases.live() == []


def test_a_held_unit_is_waited_for(stores):
    other = stores.hub.leases.acquire(unit_resource(UNIT.tenant, UNIT.year), holder="another run")
    threading.Timer(0.3, lambda: stores.hub.leases.release(other)).start()
    token, _ = hold(stores, 10)

    assert token > other.token


def test_the_wait_ends_at_its_limit_and_says_who_holds_the_unit(stores):
    stores.hub.leases.acquire(unit_resource(UNIT.tenant, UNIT.year), holder="another run")

    with pytest.raises(LeaseTaken, match="held by another run since"):
        hold(stores, 0.3)


def test_the_lease_is_given_back_when_the_body_fails(stores):
    async def fail():
        async with unit_lease(stores, UNIT):
            raise KeyError("boom")

    with pytest.raises(KeyError):
        asyncio.run(fail())
    assert stores.hub.leases.live() == []
