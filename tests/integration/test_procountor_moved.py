"""A receipt that moves over the end of a year changes both years, or neither, whatever happens."""

from __future__ import annotations

import shutil

import pytest

from blocks.hub import Tenant
from blocks.systems.procountor.holding import OVERLAP
from flows.cli.local import publish_here
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from ledger.procountor.counting import SUMMARY
from ledger.unit import Unit
from simulators.books.company import Company
from simulators.books.countries import FINLAND
from simulators.books.years import calendar_years
from tasks.accept import accept_breaks
from tasks.reconcile import MOVED
from tests.harnesses import procountor as harness
from tests.homes import opened, opened_new
from tests.integration.conftest import House

BOOKS = Company(41, calendar_years(2024, 2025), 30, country=FINLAND)
TENANT = "acme"
YEARS = ("2024", "2025")


@pytest.fixture(scope="module")
def served():
    with pytest.MonkeyPatch.context() as patch, harness.opened(patch, BOOKS) as there:
        yield there


@pytest.fixture(scope="module")
def published(served, tmp_path_factory, empty_hub):
    """A home in which both years are published."""
    home = tmp_path_factory.mktemp("published")
    with opened_new(home, empty_hub) as stores:
        tenant = Tenant(TENANT, "Acme Oy", served.number, country="FI", currency="EUR")
        stores.hub.tenants.add(tenant)
        for year in YEARS:
            stores.hub.years.define(TENANT, FiscalYear.parse(year))
        served.connect(stores.hub, TENANT)
        assert "Published" == House(stores, home).pull(TENANT)[0]
    return home


@pytest.fixture
def house(published, tmp_path):
    home = shutil.copytree(published, tmp_path / "home")
    with opened(home) as stores:
        yield House(stores, home)


@pytest.fixture
def receipt(served):
    """A journal of the year 2024; where it was before is where it is after the test."""
    journals = (one for one in served.company.receipts.values() if one.type == "JOURNAL")
    found = next(one for one in journals if one.date.year == 2024 and one.invoice_id)
    day, version = found.date, found.version
    yield found.id
    found.date, found.version = day, version
    served.company.receipts[found.id] = found


def key_of(served, number):
    invoice = served.company.receipts[number].invoice_id
    return f"invoice:{invoice}" if invoice else f"receipt:{number}"


def places(house, key):
    """Return in which published years a voucher is."""
    found = house.stores.warehouse.published(TENANT, "voucher")
    rows = zip(found["voucher_key"].to_pylist(), found["fiscal_year"].to_pylist(), strict=True)
    return [year[:4] for one, year in rows if one == key]


def test_invoice_made_anew_in_another_year_changes_both_though_one_is_pulled(
    house, served, receipt
):
    """The old id is gone, and nothing but the invoice says that it is the same voucher."""
    key = key_of(served, receipt)
    new = served.acts.remake_receipt(receipt)
    served.acts.move_receipt(new, "2025-01-02")
    try:
        end, message = house.pull(TENANT, years=("2024",))
    finally:
        del served.company.receipts[new]

    assert "Published" == end, message
    assert ["2025"] == places(house, key)


@pytest.fixture
def changed_later(served, receipt):
    """Return what changes another receipt of 2024, two days after all else."""
    others = (one for one in served.company.receipts.values() if one.id != receipt)
    found = next(one for one in others if one.date.year == 2024 and one.type != SUMMARY)
    version = found.version

    def change():
        served.acts.edit_amount(found.id, "1.00")
        found.version += 2 * OVERLAP

    yield change
    served.acts.edit_amount(found.id, "-1.00")
    found.version = version


def test_invoice_made_anew_in_another_year_is_followed_though_something_changed_days_later(
    house, served, receipt, changed_later
):
    """The list of changes is asked for anew from the latest change on, and names it no more."""
    key = key_of(served, receipt)
    new = served.acts.remake_receipt(receipt)
    served.acts.move_receipt(new, "2025-01-02")
    changed_later()
    try:
        end, message = house.pull(TENANT, years=("2024",))
    finally:
        del served.company.receipts[new]

    assert "Published" == end, message
    assert ["2025"] == places(house, key)


@pytest.fixture
def unknown(served):
    """A receipt of 2025 whose state nobody knows, which holds its year."""
    found = served.company.receipts[served.company.booked[1, "PJ", 1]]
    status, version = found.status, found.version
    with served.simulator.world.changing():
        found.status = "STARTED"
        served.simulator.world.touch(found)
    yield found
    found.status, found.version = status, version


def test_year_that_is_held_holds_the_other_too_and_both_follow_once_it_is_accepted(
    house, served, receipt, unknown
):
    key = key_of(served, receipt)
    served.acts.move_receipt(receipt, "2025-01-02")

    held, why = house.pull(TENANT)
    there = places(house, key)
    unit = Unit(TENANT, FiscalYear.parse("2025"))
    results = house.stores.hub.loads.results(house.units(TENANT)["2025"].load_id)
    named = [item.control for item in results if item.holds and item.control != MOVED]
    accept_breaks(house.stores, unit, controls=named, reason="seen", accepted_by="Maija")
    found = publish_here(house.stores, unit, watch=lambda _step: None)

    assert "Held" == held
    assert why.startswith("2 of 2 years Held"), why
    assert "the voucher went from this year to that of 2025-01-02" in why
    assert ["2024"] == there
    assert Outcome.PUBLISHED is found.outcome, found.message
    assert ["2025"] == places(house, key)
    assert {"published"} == {str(unit.status) for unit in house.units(TENANT).values()}


class Killed(BaseException):
    """The process ends here."""


def test_both_years_change_at_once_and_a_run_that_ends_then_is_completed_by_the_next(
    house, served, receipt, monkeypatch
):
    key = key_of(served, receipt)
    served.acts.move_receipt(receipt, "2025-01-02")

    def dying(step):
        if step == "publish.swapped":
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("blocks.warehouse.files.reached", dying)
        with pytest.raises(Killed):
            house.pull(TENANT)
    left = places(house, key)
    end, message = house.pull(TENANT)

    assert ["2025"] == left
    assert "Published" == end, message
    assert 2 == message.count("Nothing changes"), message
    assert {"published"} == {str(unit.status) for unit in house.units(TENANT).values()}
