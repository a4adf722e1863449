"""Spotilla's log-in, registers and customers over HTTP, against the simulator, faults included."""

from __future__ import annotations

import asyncio
import json
import shutil

import pytest
from pydantic import SecretStr

from blocks.http import CallFailed, CallRefused
from blocks.hub import Hub, Tenant
from blocks.systems.registry import open_registers, port
from blocks.systems.spotilla.block import WrongSpelling
from blocks.systems.spotilla.session import MainUserRefused
from simulators.procountor import Fault
from simulators.spotilla import Names, SpotillaSimulator, User
from simulators.spotilla import Tenant as Company
from simulators.spotilla.world import Acts
from tests.harnesses.spotilla import BLOCK, EMAIL, PASSWORD, SUBDOMAIN, give_block


@pytest.fixture
def spotilla(monkeypatch):
    with SpotillaSimulator([Company(SUBDOMAIN), Company("other")]) as simulator:
        give_block(monkeypatch, url=simulator.url)
        yield simulator


@pytest.fixture
def acts(spotilla):
    return Acts(spotilla.world, SUBDOMAIN)


@pytest.fixture
def hub(tmp_path, empty_hub):
    shutil.copy(empty_hub, tmp_path)
    with Hub(f"sqlite:///{tmp_path / 'hub.sqlite'}") as hub:
        hub.tenants.add(Tenant("acme", "Acme", organisation_number="12345671", country="FI"))
        yield hub


def connect(hub):
    return asyncio.run(port("spotilla").connect.finish(hub, "acme", {}, wants={"block": BLOCK}))


def read(hub, cursor=""):
    async def work():
        async with open_registers(hub, "acme", "spotilla") as (feed, _):
            return await feed.read(cursor)

    return asyncio.run(work())


def change(hub, work):
    """Do something with the customers of a session."""

    async def inside():
        async with open_registers(hub, "acme", "spotilla") as (_, customers):
            return await work(customers)

    return asyncio.run(inside())


def found(page):
    return sorted(record.subject for record in page.records)


@pytest.mark.requirement("R-SPO-P1a")
def test_calls_log_in_once_for_a_token(hub, spotilla, acts):
    acts.add_customer()
    connect(hub)
    spotilla.world.calls.clear()
    read(hub)

    paths = [path for _, path, _, _ in spotilla.world.calls]
    assert ["login", "customers", "products", "tasks"] == paths


@pytest.mark.requirement("R-SPO-P1b")
def test_calls_carry_token_user_and_tenant(hub, spotilla, monkeypatch):
    """The simulator refuses a call that lacks one of the three or mixes two log-ins."""
    connect(hub)
    seen = []
    serve = spotilla.app._serve

    def watching(world, request):
        seen.append({name for name in request.headers if name.startswith("x-user-")})
        return serve(world, request)

    monkeypatch.setattr(spotilla.app, "_serve", watching)
    read(hub)

    assert [set(), *[{"x-user-token", "x-user-id", "x-user-subdomain"}] * 3] == seen


def test_registers_are_read_whole_and_then_what_changed(hub, spotilla, acts, monkeypatch):
    monkeypatch.setenv("TASMA_SPOTILLA_PAGE_SIZE", "2")
    monkeypatch.setenv("TASMA_SPOTILLA_OVERLAP_S", "0")
    made = [acts.add_customer(f"Asiakas {n}") for n in range(5)]
    task = acts.add_task(made[0], {acts.add_product(): 2})
    connect(hub)
    first = read(hub)
    acts.finish(task)
    second = read(hub, first.cursor)

    assert sorted([*(f"customer-{n}" for n in made), "product-6", f"task-{task}"]) == found(first)
    assert f"task-{task}" in found(second)
    assert 3 >= len(second.records)
    assert "finished" == json.loads(second.records[-1].content)["state"]


@pytest.mark.requirement("R-SPO-P2a")
def test_nothing_but_customers_products_and_tasks_is_asked_for(hub, spotilla, acts):
    acts.add_task(acts.add_customer(), {acts.add_product(): 1})
    connect(hub)
    spotilla.world.calls.clear()
    read(hub)

    assert {"login", "customers", "products", "tasks"} == {c[1] for c in spotilla.world.calls}


def test_each_state_of_a_record_has_a_name_of_its_own(hub, spotilla, acts):
    customer = acts.add_customer()
    connect(hub)
    names = []
    for name in ("Yksi", "Kaksi", "Yksi"):
        acts.edit_customer(customer, name=name)
        (record,) = read(hub).records
        names.append(record.record_id)

    assert 3 == len(set(names))
    assert read(hub).records[0].record_id == names[-1]


def test_deleted_customer_is_told_of(hub, spotilla, acts):
    customer = acts.add_customer()
    connect(hub)
    acts.delete_customer(customer)

    assert json.loads(read(hub).records[0].content)["deleted_at"]


def test_record_without_an_id_is_named_and_the_rest_goes_on(hub, spotilla, acts):
    acts.add_customer()
    acts.tenant.products[9] = {"id": None, "updated_at": "2026-01-01", "deleted_at": None}
    connect(hub)
    page = read(hub)

    assert ["customer-1"] == found(page)
    assert 1 == len(page.unreadable)
    assert page.unreadable[0].startswith("product")


def test_log_in_that_ended_is_made_once_more(hub, spotilla, acts):
    acts.add_customer()
    connect(hub)
    spotilla.world.faults.add("GET products", Fault.EXPIRED)

    assert ["customer-1"] == found(read(hub))
    assert 3 == sum(call[1] == "login" for call in spotilla.world.calls)


def test_login_refused_twice_says_who_acts(hub, spotilla):
    connect(hub)
    spotilla.world.faults.add("GET customers", Fault.EXPIRED, Fault.EXPIRED)
    with pytest.raises(CallRefused, match="log-in"):
        read(hub)

    assert "permission_missing" == hub.connections.get("acme", "spotilla").status.value


def test_wrong_password_is_refused_and_nothing_is_connected(hub, spotilla, monkeypatch):
    give_block(monkeypatch, url=spotilla.url, password="wrong")  # noqa: S106 - it opens nothing
    with pytest.raises(CallRefused, match="password") as problem:
        connect(hub)

    assert "wrong_login" == problem.value.code
    assert hub.connections.find("acme", "spotilla") is None


def test_user_of_another_company_is_refused(hub, spotilla, monkeypatch):
    connect(hub)
    give_block(monkeypatch, url=spotilla.url, subdomain="other")
    with pytest.raises(CallRefused, match="another company"):
        connect(hub)

    assert SUBDOMAIN == hub.connections.get("acme", "spotilla").source_tenant_id


def test_spellings_of_a_company_are_used_in_both_directions(hub, spotilla, acts, monkeypatch):
    spotilla.world.names = Names({"business_id": "vat_id", "name": "title"})
    give_block(
        monkeypatch,
        url=spotilla.url,
        names={"customer.business_id": "vat_id", "customer.name": "title"},
    )
    connect(hub)
    fields = {"name": "Uusi Oy", "business_id": "7654321-1"}
    number = change(hub, lambda customers: customers.create(fields, external_id="55501"))

    kept = acts.tenant.customers[int(number)]
    assert ("Uusi Oy", "7654321-1", "55501") == (
        kept["name"],
        kept["business_id"],
        kept["external_id"],
    )


def test_unknown_spelling_is_refused(hub, spotilla, monkeypatch):
    give_block(monkeypatch, url=spotilla.url, names={"customer.shoe_size": "x"})
    with pytest.raises(WrongSpelling, match="shoe_size"):
        connect(hub)


def test_update_writes_its_fields_and_leaves_the_others(hub, spotilla, acts):
    customer = acts.add_customer(phone="040")
    connect(hub)
    change(hub, lambda customers: customers.update(str(customer), {"street": "Uusi 3"}))

    kept = acts.tenant.customers[customer]
    assert ("Uusi 3", "040") == (kept["street"], kept["phone"])


@pytest.mark.parametrize(
    ("fault", "expected", "made"),
    [
        (Fault.LOST_DONE, CallFailed, 1),
        (Fault.FAULT_DONE, CallFailed, 1),
        (Fault.CUT, CallFailed, 1),
        (Fault.LOST, CallFailed, 0),
        (Fault.BUSY, CallFailed, 0),
        (Fault.FORBIDDEN, CallRefused, 0),
    ],
)
def test_create_is_called_once_whatever_becomes_of_the_answer(  # noqa: PLR0917 - fixtures
    hub, spotilla, acts, fault, expected, made
):
    connect(hub)
    spotilla.world.faults.add("POST customers", fault)
    with pytest.raises(expected):
        change(hub, lambda customers: customers.create({"name": "Uusi Oy"}, external_id="1"))

    posts = [call for call in spotilla.world.calls if call[:2] == ("POST", "customers")]
    assert (1, made) == (len(posts), len(acts.tenant.customers))


def test_role_comes_from_the_log_in_of_the_person(hub, spotilla, acts):
    acts.tenant.users.append(User("tekija@example.invalid", "fake", 2, "user"))
    connect(hub)
    ask = port("spotilla").is_main_user

    def role(email, password):
        return asyncio.run(ask(hub, "acme", email, SecretStr(password)))

    assert (True, False) == (role(EMAIL, PASSWORD), role("tekija@example.invalid", "fake"))
    with pytest.raises(MainUserRefused) as refused:
        role(EMAIL, "wrong")
    assert ("main user" in str(refused.value), "block" in str(refused.value)) == (True, False)


def test_other_refusal_of_a_log_in_is_not_said_to_be_of_the_password(hub, spotilla, acts):
    connect(hub)
    spotilla.world.faults.add("POST login", Fault.FORBIDDEN)
    with pytest.raises(CallRefused):
        asyncio.run(port("spotilla").is_main_user(hub, "acme", EMAIL, SecretStr(PASSWORD)))


def test_preflight_says_what_is_missing(hub, spotilla):
    connect(hub)

    def passed():
        asked = port("spotilla").connect.preflight(hub, "acme")
        return [one.passed for one in asyncio.run(asked)]

    assert [True, True] == passed()
    spotilla.world.faults.add("GET products", Fault.FORBIDDEN)
    assert [True, False] == passed()
