"""The account map of a tenant: set by a person, read by controls and published statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from blocks.hub import Hub
from blocks.statement_lines import chart_of, charts, lines_of
from ledger.account_map import UNMAPPED, AccountMap, Coverage, Place, Suggestion, cover, suggest
from ledger.fiscal_year import FiscalYear
from ledger.money import ZERO
from tasks.stores import Stores


def account_map(hub: Hub, tenant: str) -> AccountMap:
    """Return a tenant's map; before there is one, the scheme of its country without own places.

    Raises:
        UnknownTenant: The hub has no such tenant.
    """
    stored = hub.account_maps.find(tenant)
    chart = stored.chart if stored else chart_of(hub.tenants.get(tenant).country)
    return AccountMap(chart, lines_of(chart), stored.places if stored else ())


def map_of_tenant(hub: Hub, tenant: str) -> AccountMap | None:
    """Return the map by which a tenant's loads are judged; None while nobody has set one."""
    return account_map(hub, tenant) if hub.account_maps.find(tenant) else None


def set_account_map(
    stores: Stores, tenant: str, chart: str, places: Sequence[Place], *, who: str
) -> bool:
    """Replace a tenant's map; return whether published statements read otherwise now.

    Raises:
        UnknownScheme: There is no such scheme of statements.
        UnknownTenant: The hub has no such tenant.
    """
    lines_of(chart)
    stores.hub.account_maps.set(tenant, chart, places, who=who)
    return show_by_map(stores, tenant)


def show_by_map(stores: Stores, tenant: str) -> bool:
    """Have what is published read by the tenant's map; False when it did already."""
    found = account_map(stores.hub, tenant)
    if found.chart == next(iter(charts())) and stores.hub.account_maps.find(tenant) is None:
        return False  # what a file reads by that was never told otherwise
    return stores.warehouse.place_accounts(tenant, found.chart, found.places)


def covered(
    stores: Stores, tenant: str, year: FiscalYear
) -> tuple[Coverage, tuple[Suggestion, ...]]:
    """Say how much of a year has a place, with suggestions for what has none.

    Of what is published of it, and of the accounts for want of a place of which a load is held.
    """
    balances, names = _accounts(stores, tenant, year)
    found = account_map(stores.hub, tenant)
    coverage = cover(found, balances, year.end_date)
    unmapped = {number: names.get(number, "") for number in coverage.unmapped}
    named = {number: name for number, name in names.items() if number not in unmapped}
    return coverage, tuple(suggest(found, unmapped, named, year.end_date))


def _accounts(
    stores: Stores, tenant: str, year: FiscalYear
) -> tuple[Mapping[str, Decimal], Mapping[str, str]]:
    """Return the closing balance and the name of every account in use, by number."""
    rows = []
    if year in stores.warehouse.units(tenant):
        table = stores.warehouse.report(tenant, "account_in_use", fiscal_year=year.key)
        rows = table.to_pylist()
    balances = {row["account_number"]: row["closing"] for row in rows}
    names = stores.hub.charts.of(tenant)
    names |= {row["account_number"]: row["name"] for row in rows}
    return balances | _without_place(stores.hub, tenant, year), names


def _without_place(hub: Hub, tenant: str, year: FiscalYear) -> dict[str, Decimal]:
    """Return the balances of the accounts that hold a load of the year, as they have no place."""
    held = hub.holds.find(tenant, year)
    results = hub.loads.results(held.load_id) if held else []
    breaks = (item for result in results if result.control == UNMAPPED for item in result.breaks)
    return {item.account_number: item.actual or ZERO for item in breaks}
