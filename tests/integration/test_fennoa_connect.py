"""Connecting a tenant to Fennoa: its API user is proved, and the mark is set, before anything."""

from __future__ import annotations

import asyncio

import pytest

from blocks.http import CallRefused, WhoActs
from blocks.hub import Method
from blocks.systems.fennoa.block import WrongTerms
from blocks.systems.registry import open_target, port
from ledger.push.items import Step
from ledger.push.kinds import PushKind
from simulators.fennoa import Company, FennoaSimulator, Order
from tests.harnesses.fennoa import BLOCK, KEY, USER, give_block


@pytest.fixture(scope="module")
def running():
    with FennoaSimulator([Company(USER, KEY)]) as simulator:
        yield simulator


@pytest.fixture
def fennoa(running, monkeypatch):
    running.reset()
    give_block(monkeypatch, url=running.url)
    return running


@pytest.fixture
def hub(stores):
    return stores.hub


def add_invoices(fennoa, count):
    form = dict.fromkeys(("address", "postalcode", "city", "country", "due_date"), "1")
    row = {"price": "1", "quantity": "1", "vatpercent": "25.5"}
    form |= {"name": "Other", "customer_no": "7", "invoice_date": "2026-01-01", "row": {1: row}}
    for _ in range(count):
        last = fennoa.world.add_invoice(fennoa.company(USER), form)
    return last


def connect(hub):
    finish = port("fennoa").connect.finish
    return asyncio.run(finish(hub, "acme", {}, wants={"block": BLOCK}))


def requirements(hub):
    found = asyncio.run(port("fennoa").connect.preflight(hub, "acme"))
    return {item.name: item for item in found}


@pytest.mark.parametrize("order", [Order.NEWEST_FIRST, Order.OLDEST_FIRST])
@pytest.mark.parametrize("count", [1, 200, 401, 1_000])
def test_mark_is_the_newest_invoice_and_few_pages_are_read(hub, fennoa, monkeypatch, order, count):
    monkeypatch.setattr(fennoa.world.habits, "order", order)
    newest = add_invoices(fennoa, count)

    connected = connect(hub)

    assert str(newest.id) == hub.push_marks.of("acme", "fennoa")
    assert (Method.API_KEY, USER, BLOCK) == (
        connected.method,
        connected.source_tenant_id,
        connected.credential_block,
    )
    assert len(fennoa.world.calls) <= 8


def test_mark_stays_when_the_tenant_is_connected_once_more(hub, fennoa):
    """What was sent in between lies behind it."""
    connect(hub)
    before = hub.push_marks.of("acme", "fennoa")
    add_invoices(fennoa, 3)

    connect(hub)

    assert "0" == before == hub.push_marks.of("acme", "fennoa")


def test_key_that_is_not_valid_connects_nobody_and_names_who_acts(hub, fennoa, monkeypatch):
    give_block(monkeypatch, url=fennoa.url, key="revoked")

    with pytest.raises(CallRefused, match="role Sales") as raised:
        connect(hub)

    assert WhoActs.CUSTOMER_ADMINISTRATOR is raised.value.who_acts
    assert hub.connections.find("acme", "fennoa") is None
    assert "revoked" not in str(raised.value)


def test_another_api_user_is_not_taken_for_the_same_company(hub, fennoa, monkeypatch):
    connect(hub)
    fennoa.world.companies["other-user"] = Company("other-user", "other-key")
    give_block(monkeypatch, url=fennoa.url, user="other-user", key="other-key")

    with pytest.raises(CallRefused, match="one company"):
        connect(hub)


def test_preflight_says_what_is_locked_and_where_our_key_comes_back(hub, fennoa, monkeypatch):
    connect(hub)
    fennoa.company(USER).locked["sales_invoices_locked"] = "2025-12-31"
    none_yet = requirements(hub)
    add_invoices(fennoa, 1)
    in_list = requirements(hub)
    monkeypatch.setattr(fennoa.world.habits, "list_has_notes", False)
    in_detail = requirements(hub)
    monkeypatch.setattr(fennoa.world.habits, "detail_has_notes", False)
    nowhere = requirements(hub)

    assert "sales_invoices_locked 2025-12-31" in none_yet["locking_periods"].reason
    passed = [found["our_key"].passed for found in (none_yet, in_list, in_detail, nowhere)]
    assert [None, True, True, False] == passed
    assert "one by one" in in_detail["our_key"].reason
    assert nowhere["our_key"].help


def test_connection_whose_key_was_removed_turns_red(hub, fennoa, monkeypatch):
    connect(hub)
    give_block(monkeypatch, url=fennoa.url, key="revoked")

    found = requirements(hub)

    assert found["api_user"].passed is False
    assert found["our_key"].passed is None
    assert "permission_missing" == str(hub.connections.get("acme", "fennoa").status)


def test_more_than_drafts_wait_until_the_first_were_looked_at(hub, fennoa, monkeypatch):
    connect(hub)

    async def plan(process):
        async with open_target(hub, "acme", "fennoa") as target:
            return target.plan(PushKind.SALES_INVOICE, process)

    assert (Step.CREATE, Step.CHECK) == asyncio.run(plan("")) == asyncio.run(plan("draft"))
    with pytest.raises(Exception, match="import_verified"):
        asyncio.run(plan("approve"))
    give_block(monkeypatch, url=fennoa.url, terms={"import_verified": True})
    assert Step.SEND in asyncio.run(plan("approve_and_send"))


def test_terms_that_cannot_be_kept_name_the_field_and_show_nothing_else(hub, fennoa, monkeypatch):
    give_block(monkeypatch, url=fennoa.url, terms={"precision": "planted"})

    with pytest.raises(WrongTerms, match="precision") as raised:
        connect(hub)

    assert "planted" not in str(raised.value)
