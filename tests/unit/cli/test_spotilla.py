"""Commands of `tasma spotilla` on a tenant's route in a hub."""

from __future__ import annotations

import json

import pytest

from blocks.hub import Connection, Hub, Method, Tenant
from blocks.settings import settings
from tasks.spotilla.route import Stage
from tasks.spotilla.switching import request
from tests import spotilla_home
from tests.harnesses.spotilla import EMAIL, PASSWORD
from tests.spotilla_house import opened_house

START = {"start_date": "2020-01-01"}


@pytest.fixture
def hub(home):
    with Hub(settings().hub_url) as hub:
        hub.migrate()
        hub.tenants.add(Tenant("acme", "Acme", organisation_number="12345671", country="FI"))
        spotilla_home.fill(hub, "acme", "order_number_absent")
        yield hub


def test_status_says_how_far_it_is_and_what_stands_where(hub, tasma):
    found = json.loads(tasma("spotilla", "status", "acme", "--json").stdout)

    assert ("on", {"refused": 1}, {"held": 1}) == (
        found["stage"],
        found["tasks"],
        found["customers"],
    )


def test_skipped_names_each_task_with_its_reason_and_ends_with_3_where_that_is_asked(hub, tasma):
    result = tasma("spotilla", "skipped", "acme", "--json")
    found = json.loads(result.stdout)

    assert 0 == result.exit_code
    assert 3 == tasma("spotilla", "skipped", "acme", "--exit-code").exit_code
    assert [("task-17", "order_number_absent")] == [(t["item"], t["code"]) for t in found["tasks"]]
    assert ["55501"] == [one["target_id"] for one in found["held"]]


def test_no_cycle_is_spoken_of_before_the_switch_on_which_is_what_comes_next(hub, tasma):
    on = [tasma("spotilla", name, "acme").stdout for name in ("status", "skipped")]
    hub.routes.switch(hub.routes.get("acme", "spotilla", "invoicing"), Stage.KEY_RECEIVED, who="a")

    status = tasma("spotilla", "status", "acme").stdout
    skipped = tasma("spotilla", "skipped", "acme").stdout
    refused = tasma("spotilla", "run", "acme").stderr

    assert "No cycle runs" not in on[0]
    assert "Next: tasma spotilla run acme" in on[1]
    assert "No cycle runs: it is not switched on." in status
    assert "Spotilla was last read 2" in status
    assert "last cycle" not in status
    assert "Next: tasma spotilla on acme" in skipped
    assert "is key received, not on." in refused


def test_log_tells_of_a_task_in_order(hub, tasma):
    found = json.loads(tasma("spotilla", "log", "acme", "17", "--json").stdout)["log"]

    assert ["order_number_absent", "rows_left_out"] == [line["code"] for line in found]


def test_card_is_joined_by_a_persons_word(hub, tasma):
    result = tasma("spotilla", "join", "acme", "55501", "--customer", "17", "--who", "anna")
    (link,) = hub.route_links.of("acme", "spotilla", "customer")

    assert (0, "17", "linked") == (result.exit_code, link.source_id, link.state)


def test_it_is_switched_off_by_command_and_asked_for_as_a_route(hub, tasma):
    tasma("spotilla", "off", "acme", "--who", "anna")

    assert "off" == hub.routes.get("acme", "spotilla", "invoicing").mode
    hub.tenants.add(Tenant("other", "Other", organisation_number="22222229", country="FI"))
    added = tasma("route", "add", "other", "spotilla", "invoicing", "--who", "helpdesk")
    wrong = tasma("route", "set", "other", "spotilla", "invoicing", "tasks=some", "--who", "a")

    assert (0, "requested") == (
        added.exit_code,
        hub.routes.get("other", "spotilla", "invoicing").mode,
    )
    assert 1 == wrong.exit_code
    assert {} == hub.routes.get("other", "spotilla", "invoicing").settings


def test_route_to_a_connection_that_is_there_already_does_not_wait_for_its_key(hub, tasma):
    hub.tenants.add(Tenant("other", "Other", organisation_number="22222229", country="FI"))
    target = "procountor@spotilla"
    hub.connections.save(Connection("other", target, Method.API_KEY, credential_block="a/b"))
    added = tasma("route", "add", "other", "spotilla", "invoicing", "--who", "helpdesk").stdout

    assert "is made: Procountor is connected; waits to be switched on." in added
    assert "key_received" == hub.routes.get("other", "spotilla", "invoicing").mode


def test_task_whose_invoice_has_not_failed_is_not_tried_again(hub, tasma):
    result = tasma("spotilla", "retry", "acme", "17")

    assert 1 == result.exit_code
    assert "no failed invoice of task 17" in result.stderr


@pytest.mark.parametrize(("settings", "since"), [({}, "now"), (START, "2020-01-01")])
def test_switch_on_says_from_when_on_tasks_become_invoices(
    home, tasma, monkeypatch, settings, since
):
    with opened_house(monkeypatch, home / "hub" / "hub.sqlite") as house:
        house.task(house.spotilla.add_customer(), house.spotilla.add_product())
        request(house.hub, "acme", who="anna", settings=settings)
        typed = f"y\n{EMAIL}\n{PASSWORD}\n"
        on = tasma("spotilla", "on", "acme", answer=typed).stdout
    (going,) = [line for line in on.splitlines() if "that become invoices" in line]

    assert f"Tasks that are finished from {since} on become invoices." in on
    assert str(len(settings)) == going.split()[0]
