"""A hold is looked at, accepted or rejected by who may, by name; a first transfer is approved."""

from __future__ import annotations

import pytest

from blocks.hub.portal_roles import Role
from flows.portal.formats import title_of
from ledger.unit import Unit
from tests.portal_companies import OUR_OTHER_YEAR, OURS, hold

PAGE = "/companies/acme/holds"
HELD = Unit(OURS, OUR_OTHER_YEAR)


@pytest.fixture
def accountant(world):
    return world.client(Role.ACCOUNTANT)


def load_of(world):
    return world.ids["load"][0]


def test_what_holds_a_load_is_shown_with_its_figures(world, accountant):
    page = accountant.get(f"{PAGE}/one?load={load_of(world)}").text

    assert ["Vouchers that do not balance", "A:4", "7.00"] == [
        word for word in ("Vouchers that do not balance", "A:4", "7.00") if word in page
    ]


def test_accepting_is_by_the_proven_name_and_publishes_what_nothing_else_holds(world, accountant):
    sent = {"load": load_of(world), "reason": "known rounding", "accepted_by": "Somebody Else"}

    answer = accountant.post(f"{PAGE}/accept", **sent)

    (given,) = world.stores.hub.acceptances.of_unit(OURS, OUR_OTHER_YEAR)
    assert ("accountant@acme.example", "known rounding") == (given.accepted_by, given.reason)
    ((deployment, tenant, asked),) = world.runs.started
    assert ("publish-accepted/publish-accepted", OURS) == (deployment, tenant)
    assert {"fiscal_year": OUR_OTHER_YEAR.key, "load_id": load_of(world)} == asked
    assert answer.headers["location"].startswith("/companies/acme?run=")


def test_what_was_replaced_since_it_was_shown_is_not_accepted(world, accountant):
    shown = load_of(world)
    hold(world.stores, OURS, OUR_OTHER_YEAR)

    answer = accountant.post(f"{PAGE}/accept", load=shown, reason="known")

    assert 404 == answer.status_code
    assert [] == list(world.stores.hub.acceptances.of_unit(OURS, OUR_OTHER_YEAR))
    assert [] == world.runs.started


def test_rejected_load_is_held_no_more_and_the_name_is_kept(world, accountant):
    accountant.post(f"{PAGE}/reject", load=load_of(world), reason="wrong file")

    assert world.stores.hub.holds.find(OURS, OUR_OTHER_YEAR) is None
    unit = world.stores.hub.units.find(OURS, OUR_OTHER_YEAR)
    assert "rejected by accountant@acme.example: wrong file" in unit.reason


@pytest.mark.parametrize("act", ["accept", "reject"])
def test_nothing_is_decided_without_a_reason(world, accountant, act):
    answer = accountant.post(f"{PAGE}/{act}", load=load_of(world), reason="  ")

    assert 400 == answer.status_code
    assert world.stores.hub.holds.find(OURS, OUR_OTHER_YEAR) is not None


@pytest.mark.parametrize("act", ["accept", "reject"])
def test_a_customer_sees_a_hold_and_decides_nothing(world, act):
    client = world.client(Role.CUSTOMER)

    page = client.get(f"{PAGE}/one?load={load_of(world)}")
    answer = client.post(f"{PAGE}/{act}", load=load_of(world), reason="because")

    assert (200, 403) == (page.status_code, answer.status_code)
    assert "<textarea" not in page.text
    assert world.stores.hub.holds.find(OURS, OUR_OTHER_YEAR) is not None


def test_a_held_year_is_in_the_way_of_the_approval_and_the_page_says_so(world, accountant):
    answer = accountant.post("/companies/acme/approve", reason="looked at all")

    assert 409 == answer.status_code
    assert "held" in answer.text
    assert [] == list(world.stores.hub.approvals.of_tenant(OURS))


def test_first_transfer_is_approved_by_the_proven_name(world, accountant):
    accountant.post(f"{PAGE}/reject", load=load_of(world), reason="wrong file")

    answer = accountant.post("/companies/acme/approve", reason="agrees with the statements")

    assert 303 == answer.status_code
    (event,) = [e for e in world.stores.hub.events.recent(tenant=OURS) if e.kind == "approval"]
    assert "approved by accountant@acme.example: agrees with the statements" in event.message


def test_file_is_called_by_the_title_of_its_format():
    assert ("SIE", "Fortnox", "other") == tuple(map(title_of, ("sie", "fortnox", "other")))
