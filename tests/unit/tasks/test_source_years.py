"""Which years a pull fetches when nobody names any."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest

from blocks.hub import Hub, Tenant
from blocks.lake import Lake
from blocks.warehouse import Warehouse
from ledger.fiscal_year import FiscalYear
from tasks.source_years import wanted_years
from tasks.stores import Stores

LAST = FiscalYear(dt.date(2025, 7, 1), dt.date(2026, 6, 30))
NEXT = FiscalYear(dt.date(2026, 7, 1), dt.date(2027, 6, 30))
NIGHTLY_PULL = dt.datetime(2026, 6, 30, 23, 0, tzinfo=dt.UTC)
"""One o'clock of 1 July in Sweden."""


@pytest.fixture
def stores(empty_hub, tmp_path):
    path = tmp_path / "hub.sqlite"
    shutil.copy(empty_hub, path)
    with Hub(f"sqlite:///{path}", clock=lambda: NIGHTLY_PULL) as hub:
        yield Stores(hub, Lake(tmp_path / "lake"), Warehouse(tmp_path / "warehouse"))


@pytest.mark.requirement("R-X-7b")
@pytest.mark.parametrize(
    ("zone", "begun"),
    [("Europe/Stockholm", [LAST, NEXT]), ("Europe/Helsinki", [LAST, NEXT]), ("UTC", [LAST])],
)
def test_a_year_is_fetched_from_the_night_on_which_it_begins_where_the_tenant_is(
    stores, zone, begun
):
    stores.hub.tenants.add(Tenant("acme", "Acme AB", time_zone=zone))
    for year in (LAST, NEXT):
        stores.hub.years.define("acme", year)

    wanted = wanted_years(stores, "acme", [], is_night=True)

    assert begun == [item.year for item in wanted]
