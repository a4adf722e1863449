"""A file, from its folder to published: what becomes of it, and the pages that are made of it."""

from __future__ import annotations

import pytest

from blocks.hub import Tenant
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.faults import Fault
from simulators.books.years import calendar_years

COMPANY = Company(31, calendar_years(2024, 2024), 60)
YEAR = FiscalYear.parse("2024")


@pytest.fixture
def acme(house):
    number = COMPANY.organisation_number.replace("-", "")
    house.stores.hub.tenants.add(Tenant("acme", "Acme AB", organisation_number=number))
    return "acme"


@pytest.mark.requirement("R-X-8d")
def test_the_page_of_a_held_unit_can_be_read_without_code(house, acme):
    held, _ = house.take(acme, COMPANY.sie(faults=[Fault.MISSING_ACCOUNT]))

    page = house.pages["acme-2024-reconciliation"]
    assert "Held" == held
    assert page.startswith("# acme 2024: held")
    assert "| 3041 |" in page
    assert "What to do: Add the account to the chart" in page


def test_a_published_year_has_its_statements_and_changes(house, acme):
    house.take(acme, COMPANY.sie())

    assert "Årets resultat" in house.pages["acme-2024-statements"]
    assert "First load of the year" in house.pages["acme-2024-changes"]


def test_a_dry_run_shows_the_change_and_writes_nothing(house, acme):
    planned, _ = house.take(acme, COMPANY.sie(), dry_run=True)

    hub = house.stores.hub
    assert ("Planned", None) == (planned, hub.units.find(acme, YEAR))
    assert ([], []) == (house.stores.warehouse.units(acme), hub.years.active(acme))
    assert "would be published" in house.pages["acme-2024-plan-changes"]
    assert "acme-2024-changes" not in house.pages


def test_an_unknown_tenant_fails_and_lands_nothing(house):
    with pytest.raises(Exception, match="knows no tenant 'nobody'"):
        house.take("nobody", COMPANY.sie())

    assert not (house.stores.lake.root / "landing" / "nobody").exists()


def test_few_vouchers_leave_the_page_and_the_status_of_a_hold(house, acme):
    house.take(acme, COMPANY.sie(faults=[Fault.WRONG_CLOSING_BALANCE]))
    before = house.stores.hub.units.find(acme, YEAR)
    page = house.pages["acme-2024-reconciliation"]

    ended, _ = house.take(acme, COMPANY.sie(sie_type="4I"), name="few.si")

    assert ("held", "Partial") == (before.status, ended)
    assert before == house.stores.hub.units.find(acme, YEAR)
    assert page == house.pages["acme-2024-reconciliation"]
    assert ": partial" in house.pages["acme-2024-partial-reconciliation"]
