"""Pushing by a tenant's connection over HTTP: blocks, lake and status as a run has them."""

from __future__ import annotations

import asyncio
import hashlib

import pytest

from blocks.hub import Tenant
from blocks.hub.outbox import NewDocument
from blocks.lake import Lake
from blocks.systems.registry import open_target, port
from ledger.invoice.pushed.kinds import kind_of
from ledger.push.kinds import Prerequisite, PushKind
from simulators.procountor import CLIENT_ID, Company, Fault, ProcountorSimulator
from tasks.push import Pusher
from tests.harnesses.procountor import COMPANY_ID, KEY_BLOCK, NUMBER, give_blocks
from tests.procountor_push import IMAGE, IMAGE_BYTES
from tests.pushed import COST, partner, purchase

NAME = f"procountor@{CLIENT_ID}"


@pytest.fixture
def procountor(monkeypatch):
    with ProcountorSimulator([Company(COMPANY_ID)], rate_limit=100_000) as running:
        give_blocks(monkeypatch, url=running.url)
        yield running


@pytest.fixture
def hub(stores, procountor, monkeypatch):
    monkeypatch.setenv("TASMA_LAKE", str(stores.lake.root))
    stores.hub.tenants.add(Tenant("books", "Books", organisation_number=NUMBER))
    finish = port("procountor").connect.finish
    wants = {"block": KEY_BLOCK, "client": CLIENT_ID}
    asyncio.run(finish(stores.hub, "books", {}, wants=wants))
    return stores.hub


def queue(hub, document, *waits):
    kind = PushKind(kind_of(document))

    async def plan():
        async with open_target(hub, "books", NAME) as target:
            return target.plan(kind, "approve")

    new = NewDocument(
        source_id=document.key,
        kind=kind,
        key=hashlib.sha256(document.key.encode()).hexdigest()[:32],
        customer=document.key,
        document=document.as_json(),
        digest=document.digest,
        steps=asyncio.run(plan()),
        waits_for=waits,
    )
    hub.outbox.add("books", NAME, [new])


def push(hub):
    async def run():
        async with open_target(hub, "books", NAME) as target:
            return await Pusher(hub, "books", NAME, target, limit_s=20.0, pause_s=0.01).run()

    return dict(asyncio.run(run()))


def test_an_invoice_with_its_image_goes_by_the_connection_of_its_client(hub, stores, procountor):
    Lake(stores.lake.root).land("books", "ecom", IMAGE_BYTES, file_name="lasku 1.pdf")
    queue(hub, partner())
    invoice = purchase(postings=[COST], image=IMAGE)
    queue(hub, invoice, Prerequisite(PushKind.PARTNER, "ecom/supplier-1"))

    assert {"done": 2} == push(hub)

    company = procountor.company(COMPANY_ID)
    (made,) = company.invoices.values()
    (attachment,) = company.attachments.values()
    assert ("APPROVED", IMAGE_BYTES) == (made.status, attachment.content)
    assert "connected" == str(hub.connections.get("books", NAME).status)


@pytest.mark.requirement("R-ECO-60b")
def test_a_key_that_is_revoked_in_mid_run_marks_the_connection_broken_and_pauses(hub, procountor):
    queue(hub, partner())
    procountor.faults.add("POST businesspartners", Fault.REVOKED)

    push(hub)

    assert "reconnect_required" == str(hub.connections.get("books", NAME).status)
    assert "401" in hub.push_marks.paused("books", NAME)
    assert {} == procountor.company(COMPANY_ID).partners
