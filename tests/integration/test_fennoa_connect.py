"""Connecting a tenant to Fennoa: its API user is proved, and the mark is set, before anything."""

from __future__ import annotations

import asyncio

import pytest

from blocks.from_environment import SettingUnfit
from blocks.http import CallRefused, WhoActs
from blocks.hub import Method
from blocks.systems.fennoa.block import WrongTerms
from blocks.systems.fennoa.calls import REQUEST_LIMIT_S
from blocks.systems.fennoa.session import fennoa_session
from blocks.systems.fennoa.settings import settings
from blocks.systems.fennoa.target import NoProcess
from blocks.systems.registry import open_target, port
from ledger.push.items import Step
from ledger.push.kinds import PushKind
from simulators.fennoa import Company, FennoaSimulator, Order
from tasks.push import SPARE_S
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


def add_invoices(fennoa, count, notes=""):
    form = dict.fromkeys(("address", "postalcode", "city", "country", "due_date"), "1")
    row = {"price": "1", "quantity": "1", "vatpercent": "25.5"}
    form |= {"name": "Other", "customer_no": "7", "invoice_date": "2026-01-01", "row": {1: row}}
    form |= {"notes_internal": notes}
    for _ in range(count):
        last = fennoa.world.add_invoice(fennoa.company(USER), form)
    return last


def connect(hub):
    finish = port("fennoa").connect.finish
    return asyncio.run(finish(hub, "acme", {}, wants={"block": BLOCK}))


def test_lag_that_a_fenced_sender_could_outlast_is_no_setting(monkeypatch):
    """Its claim, and then its call, may take that long; what comes later is an alarm."""
    longest_s = REQUEST_LIMIT_S + SPARE_S + REQUEST_LIMIT_S
    monkeypatch.setenv("TASMA_FENNOA_COMMIT_LAG_S", str(longest_s))

    with pytest.raises(SettingUnfit, match="TASMA_FENNOA_COMMIT_LAG_S"):
        settings()


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
    assert len(fennoa.world.calls) <= 18


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
    add_invoices(fennoa, 1, notes="seen by nobody but us")
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

    drafts = (Step.CREATE, Step.CUSTOMER, Step.CHECK)
    assert drafts == asyncio.run(plan("")) == asyncio.run(plan("draft"))
    with pytest.raises(Exception, match="import_verified"):
        asyncio.run(plan("approve"))
    give_block(monkeypatch, url=fennoa.url, terms={"import_verified": True})
    assert Step.SEND in asyncio.run(plan("approve_and_send"))


def test_terms_that_cannot_be_kept_name_the_field_and_show_nothing_else(hub, fennoa, monkeypatch):
    give_block(monkeypatch, url=fennoa.url, terms={"precision": "planted"})

    with pytest.raises(WrongTerms, match="precision") as raised:
        connect(hub)

    assert "planted" not in str(raised.value)


def test_preflight_says_how_the_list_is_ordered_and_keeps_it_for_searches(hub, fennoa, monkeypatch):
    monkeypatch.setattr(fennoa.world.habits, "order", Order.OLDEST_FIRST)
    connect(hub)
    add_invoices(fennoa, 3)
    first = requirements(hub)["list_of_invoices"]
    middle = sorted(fennoa.company(USER).invoices)[1]
    fennoa.company(USER).invoices[middle].fields["invoice_date"] = "2025-12-01"
    second = requirements(hub)["list_of_invoices"]

    assert "does not show yet" in first.reason
    assert "oldest first" in second.reason
    facts = hub.push_facts.of("acme", "fennoa")
    assert ("oldest_first", "empty", "1") == (facts["order"], facts["end"], facts["pages"])


@pytest.mark.requirement("R-FEN-3a")
def test_without_an_agreed_process_nothing_is_pushed(hub, fennoa, monkeypatch):
    give_block(monkeypatch, url=fennoa.url, terms={"process": None})
    connect(hub)

    async def plan():
        async with open_target(hub, "acme", "fennoa") as target:
            return target.plan(PushKind.SALES_INVOICE, "")

    with pytest.raises(NoProcess, match="approve_and_send"):
        asyncio.run(plan())
    assert requirements(hub)["process_absent"].passed is None


def test_what_no_call_asks_of_fennoa_is_to_be_checked_by_people_and_never_met(hub, fennoa):
    connect(hub)

    found = requirements(hub)

    advice = {name for name, one in found.items() if one.mark == "to check"}
    assert {"series_wanted", "automation_reaches_all", "products_unlisted"} == advice
    assert "met" == found["api_user"].mark


@pytest.mark.requirement("R-FEN-25b", "R-FEN-43a")
def test_checking_a_connection_says_that_fennoa_s_automation_reaches_all_invoices(hub, fennoa):
    connect(hub)

    text = requirements(hub)["automation_reaches_all"].reason

    assert "reaches all its sales invoices" in text
    assert "those that people write there alike" in text


@pytest.mark.requirement("R-FEN-18")
def test_price_list_of_a_customer_is_read_from_its_card(hub, fennoa):
    connect(hub)
    card = {"id": "1", "customer_no": "A/7", "name": "Ostaja", "sales_pricelist_id": "12"}
    fennoa.company(USER).customers["A/7"] = card
    fennoa.company(USER).customers["8"] = {"id": "2", "customer_no": "8", "name": "Toinen"}

    async def ask(*numbers):
        async with fennoa_session(hub, "acme") as session:
            return [await session.price_list_of(number) for number in numbers]

    assert ["12", "", None] == asyncio.run(ask("A/7", "8", "9"))


@pytest.mark.requirement("R-FEN-P1c")
def test_calls_of_all_tenants_stay_within_the_rate_that_is_set(hub, fennoa, monkeypatch):
    """Fennoa refuses the call that is one too many within a second."""
    connect(hub)
    monkeypatch.setattr(fennoa.world.habits, "calls_per_second", 30)
    monkeypatch.setenv("TASMA_FENNOA_RATE", "10")
    fennoa.world.calls.clear()

    async def ask():
        async with fennoa_session(hub, "acme") as one, fennoa_session(hub, "acme") as other:
            reads = [each.target.get_once("sales_api/1") for each in (one, other) * 20]
            await asyncio.gather(*reads)

    asyncio.run(ask())

    assert {404} == {call.status for call in fennoa.world.calls}
    assert 40 == len(fennoa.world.calls)
