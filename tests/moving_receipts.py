"""Years of a simulated Procountor, published in a home, whose receipts a test moves about."""

from __future__ import annotations

from contextlib import contextmanager

from blocks.hub import Tenant
from ledger.fiscal_year import FiscalYear
from tests.homes import opened_new
from tests.integration.conftest import House

TENANT = "acme"


def publish_years(served, home, empty_hub, years):
    """Publish years in a new home, and return it."""
    with opened_new(home, empty_hub) as stores:
        tenant = Tenant(TENANT, "Acme Oy", served.number, country="FI", currency="EUR")
        stores.hub.tenants.add(tenant)
        for year in years:
            stores.hub.years.define(TENANT, FiscalYear.parse(year))
        served.connect(stores.hub, TENANT)
        assert "Published" == House(stores, home).pull(TENANT)[0]
    return home


@contextmanager
def restored(served, number):
    """Let a receipt be after a test where, and as, it was before."""
    found = served.company.receipts[number]
    day, status, version = found.date, found.status, found.version
    yield found
    with served.simulator.world.changing():
        found.date, found.status, found.version = day, status, version
    served.company.receipts[number] = found
