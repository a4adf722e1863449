"""A tenant's turn in the sweep: due every half hour, and a run only where there is work."""

from __future__ import annotations

import asyncio
import shutil

import pytest

from tasks.spotilla.sweeping import has_news
from tasks.spotilla.switching import switch_off
from tests.spotilla_house import opened_house


@pytest.fixture
def house(tmp_path, empty_hub, monkeypatch):
    shutil.copy(empty_hub, tmp_path)
    with opened_house(monkeypatch, tmp_path / "hub.sqlite") as house:
        house.switch_on()
        house.spotilla.add_customer()
        for _ in range(3):
            house.cycle()
        yield house


def asked(house):
    return asyncio.run(has_news(house.hub, "acme"))


def test_it_is_not_asked_before_its_half_hour(house):
    house.spotilla.add_customer("Uusi Oy", business_id="7654321-4")
    before = len(house.calls())

    assert not asked(house)
    assert before == len(house.calls())


def test_idle_tenant_has_no_run_and_its_cycle_counts_as_made(house):
    house.clock.advance(minutes=31)
    first = house.hub.feeds.cursor("acme", "spotilla").read_at

    assert not asked(house)
    assert first < house.hub.feeds.cursor("acme", "spotilla").read_at
    before = len(house.calls())
    assert not asked(house)
    assert before == len(house.calls())


def test_news_of_either_side_is_work(house):
    house.clock.advance(minutes=31)
    house.spotilla.add_customer("Uusi Oy", business_id="7654321-4")
    assert asked(house)
    house.cycle()
    house.cycle()
    house.clock.advance(minutes=31)
    house.there.world.advance(60)
    house.acts.edit_partner(house.cards[0].id, name="Muutettu Oy")

    assert asked(house)


def test_what_an_earlier_cycle_left_is_work(house):
    house.hub.routes.set(
        house.hub.routes.get("acme", "spotilla", "invoicing"), {"max_creates": 1}, who="anna"
    )
    for number in range(2):
        house.spotilla.add_customer(f"Oy {number}", business_id=f"111111{number}-1")
    house.cycle()
    house.clock.advance(minutes=31)

    assert asked(house)


def test_switched_off_it_is_never_asked(house):
    house.clock.advance(minutes=31)
    house.spotilla.add_customer("Uusi Oy", business_id="7654321-4")
    switch_off(house.hub, "acme", who="anna")

    assert not asked(house)


def test_idle_tenant_costs_two_lists_of_procountor_and_a_token_an_hour(house):
    house.clock.advance(minutes=31)
    before, tokens = len(house.calls()), len(house.there.world.matching("oauth/token"))

    for _ in range(3):
        assert not asked(house)
        house.clock.advance(minutes=30)

    lists = [("GET", "businesspartners")] * 2
    assert 3 * lists == house.calls()[before:]
    assert tokens == len(house.there.world.matching("oauth/token"))
