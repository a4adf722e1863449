"""Which years a pull fetches when nobody names any."""

from __future__ import annotations

import datetime as dt

import pytest

from blocks.hub import Connection, Method, Tenant, UnitState
from blocks.systems.ports import SourceYear
from ledger.fiscal_year import FiscalYear
from tasks.source_years import compare_years, wanted_years
from tests.earlier_hub import move
from tests.homes import opened_new

LAST = FiscalYear(dt.date(2025, 7, 1), dt.date(2026, 6, 30))
NEXT = FiscalYear(dt.date(2026, 7, 1), dt.date(2027, 6, 30))
NIGHTLY_PULL = dt.datetime(2026, 6, 30, 23, 0, tzinfo=dt.UTC)
"""One o'clock of 1 July in Sweden."""


@pytest.fixture
def stores(empty_hub, tmp_path):
    with opened_new(tmp_path, empty_hub, clock=lambda: NIGHTLY_PULL) as stores:
        yield stores


@pytest.mark.requirement("R-X-7b")
@pytest.mark.parametrize(
    ("zone", "begun"),
    [("Europe/Stockholm", [LAST, NEXT]), ("Europe/Helsinki", [LAST, NEXT]), ("UTC", [LAST])],
)
def test_a_year_is_fetched_from_the_night_on_which_it_begins_where_the_tenant_is(
    stores, zone, begun
):
    stores.hub.tenants.add(Tenant("acme", "Acme AB"))
    move(stores.hub, "acme", zone)
    for year in (LAST, NEXT):
        stores.hub.years.define("acme", year)

    wanted = wanted_years(stores, "acme", [], is_night=True)

    assert begun == [item.year for item in wanted]


Y2024, Y2025 = (FiscalYear.parse(text) for text in ("2024", "2025"))
LONG = FiscalYear.parse("2025-01-01_2026-06-30")


@pytest.fixture
def connected(stores):
    stores.hub.tenants.add(Tenant("acme", "Acme AB"))
    stores.hub.connections.save(Connection("acme", "fortnox", Method.CLIENT_CREDENTIALS, "1"))
    for year in (Y2024, Y2025):
        stores.hub.years.define("acme", year)
    return stores


def there(*years):
    return [SourceYear(year, str(place)) for place, year in enumerate(years, start=1)]


def publish(stores, year, source):
    for status in ("fetching", "staged", "reconciling", "published"):
        stores.hub.units.set_status("acme", year, UnitState(status), source=source, load_id="l1")


@pytest.mark.parametrize(
    ("years", "said"),
    [
        ((Y2024,), "no fiscal year 2025-01-01_2025-12-31 any more"),
        ((Y2024, LONG), "2025-01-01_2025-12-31 has other dates in the source: 2025-01-01_2026-06"),
    ],
)
def test_year_that_is_gone_or_prolonged_in_the_source_turns_the_connections_light(
    connected, years, said
):
    publish(connected, Y2025, "fortnox")

    difference = compare_years(connected, "acme", "fortnox", there(*years))

    found = connected.hub.connections.get("acme", "fortnox")
    assert said in difference
    assert "tasma tenant year retire acme 2025-01-01_2025-12-31" in difference
    assert ("years_differ", difference) == (found.status, found.reason)
    own, year = connected.hub.overview(tenant="acme")
    assert ("red", True, "tasma tenant year list acme") == (
        own.light,
        said in own.reason,
        own.look_with,
    )
    assert "green" == year.light
    assert said in connected.hub.events.recent(kind="connection")[0].message


def test_year_that_was_retired_here_puts_the_light_out(connected):
    compare_years(connected, "acme", "fortnox", there(Y2024, LONG))
    connected.hub.years.retire("acme", Y2025)

    assert "" == compare_years(connected, "acme", "fortnox", there(Y2024, LONG))
    assert "connected" == connected.hub.connections.get("acme", "fortnox").status


def test_year_that_was_only_uploaded_need_not_be_in_the_source(connected):
    publish(connected, Y2024, "sie")

    assert "" == compare_years(connected, "acme", "fortnox", there(Y2025))


def test_year_that_was_closed_before_the_source_was_used_need_not_be_there(connected):
    connected.hub.years.lock_until("acme", Y2024, day=Y2024.end_date)

    assert "" == compare_years(connected, "acme", "fortnox", there(Y2025))


def test_year_that_is_to_be_fetched_and_was_never_there_is_told(connected):
    assert "has no fiscal year 2024-01-01_2024-12-31. Make it there" in compare_years(
        connected, "acme", "fortnox", there(Y2025)
    )


def test_year_that_has_not_begun_may_still_be_missing_there(connected):
    connected.hub.years.define("acme", FiscalYear.parse("2027"))

    assert "" == compare_years(connected, "acme", "fortnox", there(Y2024, Y2025))
