"""The demo judges its company between Spotilla and Procountor, and fails when it should."""

from __future__ import annotations

import asyncio
import os

import pytest

from blocks.hub import Tenant
from blocks.systems.registry import port
from flows.demo import workshop
from flows.demo.workshop import BUSINESS_ID, COMPANY, PASSWORD, USER
from simulators.procountor import ProcountorSimulator, World
from tasks.spotilla.cycle import run_cycle
from tasks.spotilla.route import CLIENT
from tests.harnesses import procountor, spotilla
from tests.homes import opened_new


@pytest.fixture
def went(tmp_path, empty_hub, monkeypatch):
    """The company after its two cycles."""
    monkeypatch.setenv("TASMA_SPOTILLA_URL", "")  # undone with the test, whatever the demo sets
    world = World.of([])
    with (
        opened_new(tmp_path, empty_hub) as stores,
        ProcountorSimulator([], world=world) as there,
        workshop.simulated_workshop(world) as serviced,
    ):
        url = os.environ["TASMA_SPOTILLA_URL"]
        told = {"subdomain": COMPANY, "email": USER, "password": PASSWORD}
        spotilla.give_block(monkeypatch, url=url, **told)
        secret = world.clients[CLIENT]
        procountor.give_blocks(
            monkeypatch, url=there.url, key=serviced.key, client_id=CLIENT, client_secret=secret
        )
        number = BUSINESS_ID.replace("-", "")
        stores.hub.tenants.add(Tenant(COMPANY, "Huoltamo", number, country="FI"))
        for system, wants in (
            ("spotilla", {"block": spotilla.BLOCK}),
            ("procountor", {"block": procountor.KEY_BLOCK, "client": CLIENT}),
        ):
            asyncio.run(port(system).connect.finish(stores.hub, COMPANY, {}, wants=wants))
        workshop.take_into_use(stores.hub, serviced)
        asyncio.run(run_cycle(stores.hub, COMPANY))
        serviced.change_billing()
        asyncio.run(run_cycle(stores.hub, COMPANY))
        yield serviced


def test_task_is_an_unfinished_invoice_and_the_address_came_back(went):
    assert [] == workshop.complaints_of_workshop(went)
    assert f"SPO-{went.task}" in workshop.outcome(went)


def test_whatever_is_otherwise_is_complained_of(went):
    (invoice,) = went.there.invoices.values()
    invoice.status = "NOT_SENT"
    (customer,) = went.here.tenant.customers
    went.here.edit_customer(customer, billing_street="Oma 1")
    went.there.partners.clear()

    found = workshop.complaints_of_workshop(went)

    whats = ("invoices", "billing address", "customers in Procountor")
    assert [True] * 3 == [any(f"of {what} " in one for one in found) for what in whats]
