"""Taking Spotilla's integration into use: requested, key received, on by a main user, and off."""

from __future__ import annotations

import asyncio
import shutil

import pytest
from pydantic import SecretStr

from blocks.hub import LeaseTaken
from blocks.hub.routes import NoRoute
from blocks.systems.spotilla.session import MainUserRefused
from simulators.spotilla import User
from tasks.route_settings import WrongSetting
from tasks.spotilla.cycle import NotOn, run_cycle
from tasks.spotilla.route import SpotillaRoute, Stage
from tasks.spotilla.switching import (
    NoKey,
    NotMainUser,
    make_plan,
    receive_key,
    request,
    switch_off,
    switch_on,
)
from tests.harnesses.spotilla import EMAIL, PASSWORD
from tests.spotilla_house import KEY, opened_house


@pytest.fixture
def house(tmp_path, empty_hub, monkeypatch):
    shutil.copy(empty_hub, tmp_path)
    with opened_house(monkeypatch, tmp_path / "hub.sqlite") as house:
        yield house


def stage(house):
    return SpotillaRoute.of(house.hub, "acme").stage


def turn_on(house, email=EMAIL, password=PASSWORD):
    return asyncio.run(switch_on(house.hub, "acme", email, SecretStr(password)))


@pytest.mark.requirement("R-SPO-32")
def test_it_is_requested_before_its_key_is_received(house):
    with pytest.raises(NoRoute):
        receive_key(house.hub, "acme", who="helpdesk")
    request(house.hub, "acme", who="helpdesk", settings={})
    first = stage(house)
    receive_key(house.hub, "acme", who="helpdesk")
    modes = house.hub.routes.modes(SpotillaRoute.of(house.hub, "acme").route)

    assert (Stage.REQUESTED, Stage.KEY_RECEIVED) == (first, stage(house))
    assert ["requested", "key_received"] == [one.mode for one in modes]


@pytest.mark.requirement("R-SPO-33a")
def test_without_a_key_it_cannot_be_switched_on(tmp_path, empty_hub, monkeypatch):
    shutil.copy(empty_hub, tmp_path)
    with opened_house(monkeypatch, tmp_path / "hub.sqlite", has_key=False) as house:
        request(house.hub, "acme", who="helpdesk", settings={})
        with pytest.raises(NoKey):
            turn_on(house)

        assert Stage.REQUESTED is stage(house)


@pytest.mark.requirement("R-SPO-33b")
def test_key_is_in_no_file_of_the_hub_and_in_no_log(house, tmp_path, caplog):
    house.switch_on()
    house.task(house.spotilla.add_customer(), house.spotilla.add_product())
    house.cycle()

    stored = b"".join(path.read_bytes() for path in tmp_path.glob("hub.sqlite*"))
    assert KEY.encode() not in stored
    assert PASSWORD.encode() not in stored
    assert KEY not in caplog.text


@pytest.mark.requirement("R-SPO-34a")
def test_only_a_main_user_switches_it_on(house):
    house.spotilla.tenant.users.append(User("tekija@example.invalid", "fake", 2, "user"))
    request(house.hub, "acme", who="helpdesk", settings={})
    with pytest.raises(NotMainUser):
        turn_on(house, "tekija@example.invalid", "fake")
    with pytest.raises(MainUserRefused):
        turn_on(house, EMAIL, "wrong")

    assert Stage.KEY_RECEIVED is stage(house)
    turn_on(house)
    assert Stage.ON is stage(house)


@pytest.mark.requirement("R-SPO-34b")
def test_switched_off_the_next_cycle_does_not_run_and_what_is_known_stays(house):
    house.switch_on()
    house.task(house.spotilla.add_customer(), house.spotilla.add_product())
    house.cycle()
    house.cycle()
    links = house.hub.route_links.of("acme", "spotilla", "customer")
    switch_off(house.hub, "acme", who="anna")
    before = len(house.calls())
    with pytest.raises(NotOn):
        house.cycle()

    assert before == len(house.calls())
    assert house.hub.feeds.of_kind("acme", "spotilla", "customer")
    assert 1 == len(links)
    assert links == house.hub.route_links.of("acme", "spotilla", "customer")


@pytest.mark.requirement("R-SPO-35a", "R-SPO-35b")
@pytest.mark.parametrize(("settings", "count"), [({}, 1), ({"start_date": "2020-01-01"}, 2)])
def test_what_was_finished_before_goes_only_with_a_start_date(house, settings, count):
    customer, product = house.spotilla.add_customer(), house.spotilla.add_product()
    old = house.task(customer, product)
    house.switch_on(**settings)
    new = house.task(customer, product)
    house.cycle()

    sent = {one.body["originalInvoiceNumber"] for one in house.invoices}
    assert {f"SPO-{new}", *([f"SPO-{old}"] if count == 2 else [])} == sent


def test_last_switch_on_is_what_counts(house):
    customer, product = house.spotilla.add_customer(), house.spotilla.add_product()
    house.switch_on()
    switch_off(house.hub, "acme", who="anna")
    between = house.task(customer, product)
    turn_on(house)
    house.cycle()

    assert {f"task-{between}": "before_switch_on"} == house.standing()


@pytest.mark.requirement("R-SPO-31")
def test_contract_is_a_flag_that_changes_nothing(house):
    house.switch_on(has_contract=False)
    house.task(house.spotilla.add_customer(), house.spotilla.add_product())
    house.cycle()

    assert SpotillaRoute.of(house.hub, "acme").terms.has_contract is False
    assert 1 == len(house.invoices)
    request(house.hub, "acme", who="helpdesk", settings={"has_contract": True})
    assert SpotillaRoute.of(house.hub, "acme").terms.has_contract is True
    assert Stage.ON is stage(house)


def test_wrong_setting_is_refused_by_name(house):
    with pytest.raises(WrongSetting, match="max_creates"):
        request(house.hub, "acme", who="helpdesk", settings={"max_creates": 0})


@pytest.mark.requirement("R-SPO-28b")
def test_cycle_that_falls_due_while_one_runs_is_skipped(house):
    house.switch_on()
    house.spotilla.add_customer()
    house.busy()
    before = house.calls()
    with pytest.raises(LeaseTaken):
        house.cycle()

    assert ([], before) == (house.cards, house.calls())


def test_plan_says_what_a_first_cycle_would_do_and_changes_nothing(house):
    address = {"name": "A", "street": "Tie 1", "zip": "1", "city": "Turku", "country": "FINLAND"}
    same = {"name": "Sama Oy", "type": "CUSTOMER", "address": address,
            "invoicingInfo": {"identifier": "1234567-8"},
            "paymentInfo": {"paymentMethod": "BANK_TRANSFER"}}  # fmt: skip
    house.acts.add_partner(same)
    house.acts.add_partner({**same, "invoicingInfo": {"identifier": "7654321-4"}})
    linked = house.spotilla.add_customer("Eri nimi")
    house.spotilla.add_customer("Uusi Oy", business_id="1111111-1")
    house.spotilla.add_customer("Vajaa", business_id="123")
    house.task(linked, house.spotilla.add_product())
    request(house.hub, "acme", who="helpdesk", settings={})
    plan = asyncio.run(make_plan(house.hub, "acme"))

    assert {
        "link": 1,
        "create_here": 1,
        "create_there": 1,
        "products": 1,
        "overwritten": 1,
        "ambiguous": 1,
        "tasks_before": 1,
        "tasks_to_go": 0,
    } == plan.counts
    assert (2, 3, 0) == (len(house.cards), len(house.customers), len(house.invoices))
    assert {"login", "customers", "products", "tasks"} == {c[1] for c in house.here.world.calls}


def test_plan_counts_the_tasks_that_a_start_date_lets_go_and_those_that_went_no_more(house):
    customer, product = house.spotilla.add_customer(), house.spotilla.add_product()
    unclear = house.spotilla.add_customer("Kaksi korttia", business_id="7654321-4")
    for name in ("Yksi Oy", "Toinen Oy"):
        card = {"name": name, "type": "CUSTOMER", "address": {"name": name, "country": "FINLAND"},
                "invoicingInfo": {"identifier": "7654321-4"},
                "paymentInfo": {"paymentMethod": "BANK_TRANSFER"}}  # fmt: skip
        house.acts.add_partner(card)
    house.task(customer, product)
    house.task(unclear, product)
    house.task(customer, product, order_number="")
    request(house.hub, "acme", who="helpdesk", settings={"start_date": "2020-01-01"})
    first = asyncio.run(make_plan(house.hub, "acme")).counts
    turn_on(house)
    house.cycle()
    house.cycle()
    second = asyncio.run(make_plan(house.hub, "acme")).counts

    assert (0, 1) == (first["tasks_before"], first["tasks_to_go"])
    assert 1 == len(house.invoices)
    assert (0, 0) == (second["tasks_before"], second["tasks_to_go"])


def test_plan_of_another_switch_on_counts_by_that_moment_and_not_by_the_last(house):
    customer, product = house.spotilla.add_customer(), house.spotilla.add_product()
    house.switch_on()
    switch_off(house.hub, "acme", who="anna")
    house.task(customer, product)
    counts = asyncio.run(make_plan(house.hub, "acme")).counts

    assert (1, 0) == (counts["tasks_before"], counts["tasks_to_go"])


def test_cycle_of_a_tenant_that_never_asked_is_refused(house):
    with pytest.raises(NoRoute):
        asyncio.run(run_cycle(house.hub, "acme"))
