"""The demo's judgement of its invoices: it must fail when one is missing, double or unexplained."""

from __future__ import annotations

import asyncio
import json

import pytest

from blocks.hub import Connection, Method, Tenant
from blocks.systems.registry import open_target
from flows.demo import pushing
from flows.demo.pushing import CONSUMER, FENNOA, KEY, SELLER, TERMS, USER, complaints_of_push
from tasks.push import push_tenant
from tasks.push_add import add_file
from tests.harnesses.fennoa import BLOCK, give_block
from tests.homes import opened_new


@pytest.fixture
def pushed(tmp_path, empty_hub, monkeypatch):
    """The seller's invoices after a run: the hub, and the simulated Fennoa."""
    path = tmp_path / "invoices.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in pushing.invoices()), "utf-8")
    monkeypatch.setenv("TASMA_FENNOA_URL", "")  # undone with the test, whatever the demo sets
    monkeypatch.setenv("TASMA_FENNOA_RATE", "")

    async def push(hub, lake):
        async with open_target(hub, SELLER, FENNOA) as target:
            add_file(hub, SELLER, FENNOA, path, target=target, process="", lake=lake)
        await push_tenant(hub, SELLER, FENNOA, lake=lake)

    with opened_new(tmp_path, empty_hub) as stores, pushing.simulated_fennoa() as simulator:
        stores.hub.tenants.add(Tenant(SELLER, "Verkkokauppa Esimerkki Oy"))
        stores.hub.push_marks.set(SELLER, FENNOA, "0")
        made = Connection(SELLER, FENNOA, Method.API_KEY, USER, credential_block=BLOCK)
        stores.hub.connections.save(made)
        give_block(monkeypatch, url=simulator.url, user=USER, key=KEY, terms=TERMS)
        asyncio.run(push(stores.hub, stores.lake))
        yield stores.hub, simulator


def test_dozen_invoices_are_there_once_one_refused_with_its_remedy_and_one_found(pushed):
    hub, _ = pushed

    assert [] == complaints_of_push(*pushed)
    said = pushing.outcome(hub)
    assert "11 of 12" in said
    assert f"{CONSUMER} waits for a person: `tasma --demo push status verkkokauppa" in said


def test_missing_double_and_unexplained_invoices_are_complained_of(pushed):
    _, simulator = pushed
    there = simulator.company(USER).invoices
    first, second, *_ = sorted(there)
    there[99_999] = there[first]
    del there[second]

    found = complaints_of_push(*pushed)

    assert ["it is in Fennoa 0 times", "it is in Fennoa 2 times"] == sorted(
        one.partition(": ")[2] for one in found
    )
    del there[99_999]
    assert any("invoices in Fennoa 11, got 10" in one for one in complaints_of_push(*pushed))
