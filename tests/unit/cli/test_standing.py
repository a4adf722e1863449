"""What is queued, and what is done, held or rejected, in the commands of both integrations."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from blocks.hub import Hub, Tenant
from blocks.hub.outbox import NewDocument
from blocks.hub.states import TransferState
from blocks.hub.transfers import Transfer
from blocks.settings import settings
from ledger.push.advance import Rules
from ledger.push.events import After, Begun, NoEffect, Succeeded
from ledger.push.items import Clock, Step
from ledger.push.kinds import PushKind
from tests import ecom_home, spotilla_home

TARGET = "procountor@client"
NOW = Clock(100.0, "here")


@pytest.fixture
def hub(home):
    with Hub(settings().hub_url) as hub:
        hub.migrate()
        hub.tenants.add(Tenant("acme", "Acme", organisation_number="12345671", country="FI"))
        yield hub


def queue(hub, source, item, kind, answer=None):
    """Queue a thing of a source and, if there is an answer, have the target give it."""
    hub.transfers.note(
        Transfer("acme", source, item, item, kind, 1, "voucher", TransferState.QUEUED)
    )
    name = f"{source}/{item}"
    new = NewDocument(name, PushKind.PURCHASE_INVOICE, name, "c", "{}", "d", (Step.CREATE,))
    hub.outbox.add("acme", TARGET, [new])
    if answer:
        found = hub.outbox.find("acme", TARGET, name)
        token = hub.outbox.claim(found, lasts=dt.timedelta(minutes=1)).token
        found, _ = hub.outbox.apply(found, Begun(token, "digest", "7"), rules=Rules(), now=NOW)
        hub.outbox.apply(found, answer(token), rules=Rules(), now=NOW)


def done(token):
    return Succeeded(token, "4711")


def rejected(token):
    return NoEffect(token, "wrong", After.REJECT)


def test_what_ecom_calls_queued_is_what_is_still_queued(hub, tasma):
    ecom_home.fill(hub, "acme", "account_not_joined")
    for item, answer in (("p-2", None), ("p-3", done), ("p-4", rejected)):
        queue(hub, "ecom", item, "purchase_invoice", answer)
    closing = "closing-2026-01-1"
    hub.transfers.note(
        Transfer("acme", "ecom", closing, closing, "journal", 1, "memo", TransferState.QUEUED)
    )

    counts = json.loads(tasma("ecom", "status", "acme", "--json").stdout)["transfers"]
    text = tasma("ecom", "status", "acme").stdout
    listed = json.loads(tasma("ecom", "list", "acme", "--all", "--json").stdout)["all"]

    assert {"refused": 1, "queued": 1, "done": 1, "rejected": 1} == counts
    assert "1 queued for Procountor" in text
    assert "1 done in Procountor" in text
    states = ["refused", "queued", "done", "rejected"]
    assert states == [one["state"] for one in listed]


def test_what_spotilla_calls_queued_is_what_is_still_queued(hub, tasma):
    spotilla_home.fill(hub, "acme", "order_number_absent")
    for item, answer in (("task-18", None), ("task-19", done)):
        queue(hub, "spotilla", item, "task", answer)

    assert "Tasks: 1 done, 1 queued, 1 refused." in tasma("spotilla", "status", "acme").stdout
