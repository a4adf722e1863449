"""Receipts that moved over two ends of years: three years change in one, or none does."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from blocks.durable import NoSpace
from blocks.hub import LeaseTaken
from blocks.warehouse import FileWarehouse
from flows.cli.local import publish_here
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from ledger.unit import Unit
from simulators.books.company import Company
from simulators.books.countries import FINLAND
from simulators.books.years import calendar_years
from tasks.accept import accept_breaks
from tasks.reconcile import MOVED
from tests.harnesses import procountor as harness
from tests.homes import opened
from tests.integration.conftest import House
from tests.moving_receipts import TENANT, publish_years, restored

BOOKS = Company(44, calendar_years(2023, 2025), 30, country=FINLAND)
YEARS = ("2023", "2024", "2025")
FIRST, MIDDLE, LAST = (Unit(TENANT, FiscalYear.parse(year)) for year in YEARS)


@pytest.fixture(scope="module")
def served():
    with pytest.MonkeyPatch.context() as patch, harness.opened(patch, BOOKS) as there:
        yield there


@pytest.fixture(scope="module")
def published(served, tmp_path_factory, empty_hub):
    """A home in which all three years are published."""
    return publish_years(served, tmp_path_factory.mktemp("published"), empty_hub, YEARS)


@pytest.fixture
def house(published, tmp_path):
    home = shutil.copytree(published, tmp_path / "home")
    with opened(home) as stores:
        yield House(stores, home)


def of_type(served, kind, year):
    found = served.company.receipts.values()
    return next(one for one in found if one.type == kind and one.date.year == year)


@contextmanager
def moved(served, *, straight):
    """Move a receipt into the middle year and another into the last; yield their keys.

    `straight`: the first of them goes from the first year to the last, and nothing into the middle
    but what comes from the first as well.
    """
    out = of_type(served, "JOURNAL", 2023)
    on = of_type(served, "PURCHASE_INVOICE", 2023) if straight else of_type(served, "JOURNAL", 2024)
    with restored(served, out.id), restored(served, on.id):
        served.acts.move_receipt(out.id, "2024-01-02")
        served.acts.move_receipt(on.id, "2025-01-02")
        yield tuple(
            f"invoice:{one.invoice_id}" if one.invoice_id else f"receipt:{one.id}"
            for one in (out, on)
        )


@pytest.fixture
def keys(served):
    with moved(served, straight=False) as keys:
        yield keys


def places(house, keys):
    """Return in which published years each voucher is."""
    found = house.stores.warehouse.published(TENANT, "voucher")
    rows = [*zip(found["voucher_key"].to_pylist(), found["fiscal_year"].to_pylist(), strict=True)]
    return [[year[:4] for one, year in rows if one == key] for key in keys]


def states(house):
    return [str(unit.status) for _, unit in sorted(house.units(TENANT).items())]


BEFORE, AFTER = [["2023"], ["2024"]], [["2024"], ["2025"]]


@pytest.mark.share(3)
@pytest.mark.parametrize("asked", YEARS)
def test_three_years_that_two_receipts_join_change_in_one_whichever_is_pulled(house, keys, asked):
    loads = {year: unit.published_load_id for year, unit in house.units(TENANT).items()}

    end, message = house.pull(TENANT, years=(asked,))

    assert "Published" == end, message
    assert AFTER == places(house, keys)
    assert ["published"] * 3 == states(house)
    assert all(unit.published_load_id != loads[year] for year, unit in house.units(TENANT).items())
    assert "Unchanged" == house.pull(TENANT)[0]


def test_year_that_gave_receipts_to_two_others_changes_with_both(house, served):
    with moved(served, straight=True) as keys:
        end, message = house.pull(TENANT, years=("2023",))

    assert "Published" == end, message
    assert AFTER == places(house, keys)


@pytest.fixture(scope="module")
def all_held(served, published, tmp_path_factory):
    """Return a home in which the last year is held by a state that nobody knows, so all are."""
    home = shutil.copytree(published, tmp_path_factory.mktemp("held") / "home")
    unknown = served.company.receipts[served.company.booked[2, "PJ", 1]]
    with ExitStack() as stack:
        keys = stack.enter_context(moved(served, straight=False))
        stack.enter_context(restored(served, unknown.id))
        house = House(stack.enter_context(opened(home)), home)
        with served.simulator.world.changing():
            unknown.status = "STARTED"
            served.simulator.world.touch(unknown)
        end, message = house.pull(TENANT)
        before = places(house, keys)
    return home, keys, end, message, before


@pytest.fixture
def held(all_held, tmp_path):
    home = shutil.copytree(all_held[0], tmp_path / "held")
    with opened(home) as stores:
        yield House(stores, home)


def accepted(house):
    """Accept what holds the last year by itself."""
    results = house.stores.hub.loads.results(house.units(TENANT)["2025"].load_id)
    named = [item.control for item in results if item.holds and item.control != MOVED]
    accept_breaks(house.stores, LAST, controls=named, reason="seen", accepted_by="Maija")


def test_one_that_is_held_holds_all_three_and_nothing_changes(all_held, held):
    _, keys, end, message, before = all_held

    assert "Held" == end
    assert message.startswith("3 of 3 years Held"), message
    assert BEFORE == before == places(held, keys)
    assert ["held"] * 3 == states(held)


@pytest.mark.parametrize("asked", [FIRST, LAST], ids=str)
def test_all_three_follow_once_what_holds_one_is_accepted(all_held, held, asked):
    accepted(held)

    found = publish_here(held.stores, asked, watch=lambda _step: None)

    assert Outcome.PUBLISHED is found.outcome, found.message
    assert AFTER == places(held, all_held[1])
    assert ["published"] * 3 == states(held)


def test_second_year_that_was_loaded_is_put_back_as_it_was_when_the_third_is_busy(all_held, held):
    """The middle year belongs to the first by what moved there; the last shows only after it."""
    accepted(held)
    hub = held.stores.hub
    before = {year: unit.reason for year, unit in held.units(TENANT).items()}

    with (
        hub.unit_lease(TENANT, LAST.year, holder="another run"),
        pytest.raises(LeaseTaken, match="another run"),
    ):
        publish_here(held.stores, FIRST, watch=lambda _step: None)

    assert ["held"] * 3 == states(held)
    assert before == {year: unit.reason for year, unit in held.units(TENANT).items()}
    assert all(hub.holds.find(TENANT, unit.year) for unit in (FIRST, MIDDLE, LAST))
    assert [] == hub.leases.live()
    assert BEFORE == places(held, all_held[1])


def test_second_year_that_was_fetched_for_nothing_fails_and_says_who_is_waited_for(
    house, keys, monkeypatch
):
    monkeypatch.setattr("tests.integration.conftest.WAIT_LIMIT_S", 0)

    with house.stores.hub.unit_lease(TENANT, LAST.year, holder="another run"):
        end, _ = house.pull(TENANT, years=("2023",))

    assert "Failed" == end
    assert ["failed", "failed", "published"] == states(house)
    assert "another run" in house.units(TENANT)["2024"].reason
    assert BEFORE == places(house, keys)
    assert "Published" == house.pull(TENANT)[0], "the next run has all three"
    assert AFTER == places(house, keys)


def refuse(*_arguments, **_wishes):
    raise NoSpace(doing="publishing", folder=Path("home"))


def test_joined_publication_that_is_refused_leaves_every_year_and_each_says_why(
    house, keys, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(FileWarehouse, "publish_together", refuse)
        end, message = house.pull(TENANT, years=("2023",))

    assert "Failed" == end, message
    assert ["failed"] * 3 == states(house)
    assert all("No space left" in unit.reason for unit in house.units(TENANT).values())
    assert [] == house.stores.hub.leases.live()
    assert BEFORE == places(house, keys)
    assert "Published" == house.pull(TENANT)[0]
    assert AFTER == places(house, keys)


def test_joined_publication_of_holds_that_is_refused_leaves_each_hold_open(
    all_held, held, monkeypatch
):
    accepted(held)
    hub = held.stores.hub

    with monkeypatch.context() as patch:
        patch.setattr(FileWarehouse, "publish_together", refuse)
        with pytest.raises(NoSpace):
            publish_here(held.stores, FIRST, watch=lambda _step: None)

    assert all(hub.holds.find(TENANT, unit.year) for unit in (FIRST, MIDDLE, LAST))
    assert [] == hub.leases.live()
    assert BEFORE == places(held, all_held[1])
    found = publish_here(held.stores, FIRST, watch=lambda _step: None)
    assert Outcome.PUBLISHED is found.outcome, found.message
    assert AFTER == places(held, all_held[1])
