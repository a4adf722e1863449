"""The demo's judgement of its company between Ecom and Procountor: it must fail when it should."""

from __future__ import annotations

import asyncio
import os

import pytest

from blocks.hub import Tenant
from blocks.systems.registry import port
from flows.demo import vouchers
from flows.demo.vouchers import BUSINESS_ID, COMPANY, KEY, PAID, SOLD, UNJOINED
from tasks.ecom.hearing import hear
from tasks.ecom.route import CLIENT, TARGET
from tasks.push import push_tenant
from tests.harnesses import ecom, procountor
from tests.homes import opened_new


@pytest.fixture
def went(tmp_path, empty_hub, monkeypatch):
    """The company after its runs: the hub, and both systems."""
    for name in ("TASMA_ECOM_URL", "TASMA_PROCOUNTOR_URL", vouchers._KEY):
        monkeypatch.setenv(name, "")  # undone with the test, whatever the demo sets
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    with opened_new(tmp_path, empty_hub) as stores, vouchers.simulated_both() as both:
        ecom.give_block(monkeypatch, url=os.environ["TASMA_ECOM_URL"], key=KEY)
        address, key = os.environ["TASMA_PROCOUNTOR_URL"], os.environ[vouchers._KEY]
        procountor.give_blocks(monkeypatch, url=address, key=key, client_id=CLIENT)
        number = BUSINESS_ID.replace("-", "")
        stores.hub.tenants.add(Tenant(COMPANY, "Vuokratila", number, country="FI"))
        for system, wants in (
            ("ecom", {"block": ecom.BLOCK}),
            ("procountor", {"block": procountor.KEY_BLOCK, "client": CLIENT}),
        ):
            asyncio.run(port(system).connect.finish(stores.hub, COMPANY, {}, wants=wants))
        vouchers._taken_into_use(stores.hub)
        vouchers.people_work(both.ecom)
        asyncio.run(hear(stores, COMPANY))
        asyncio.run(push_tenant(stores.hub, COMPANY, TARGET))
        yield stores.hub, both


def test_purchase_is_paid_sale_is_there_and_the_third_says_what_to_do(went):
    hub, both = went

    assert [] == vouchers.complaints_of_vouchers(hub, both)
    said = vouchers.outcome(hub)
    assert f"{PAID} is in Procountor" in said
    assert f"{UNJOINED} waits for a person: `tasma --demo ecom list vuokratila`" in said


def test_missing_unpaid_and_unexplained_documents_are_complained_of(went):
    hub, both = went
    there = {one.body["originalInvoiceNumber"]: one for one in both.procountor.invoices.values()}
    there[PAID].status = "APPROVED"
    del both.procountor.invoices[there[SOLD].id]
    both.procountor.attachments.clear()
    (refused,) = hub.transfers.listed(COMPANY, "ecom", subject=UNJOINED)
    hub.transfers.release(refused, "voucher:ecom", who="demo")

    found = vouchers.complaints_of_vouchers(hub, both)

    whats = ("invoices in Procountor", "the purchase", "the sale", "the images", "needs somebody")
    assert [True] * 5 == [any(what in one for one in found) for what in whats]
