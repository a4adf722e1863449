"""What stands in the hub and the warehouse after the demo's runs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from blocks.hub import Hub, UnitStatus
from blocks.warehouse import Warehouse
from blocks.warehouse.errors import NoLedger
from blocks.warehouse.reports import rows_of
from flows.doors.demo import Seen

MAX_CHANGES: Final = 1_000
"""Vouchers of a change list that are looked at."""


def look(hub: Hub, warehouse: Warehouse) -> list[Seen]:
    """Return every unit that the hub knows, as it stands now."""
    return [
        _seen(hub, warehouse, unit)
        for tenant in hub.tenants
        for unit in hub.units.of_tenant(tenant.id)
    ]


def published_balances(warehouse: Warehouse, tenant: str, fiscal_year: str) -> dict[str, Decimal]:
    """Return the closing balance per account of what is published, zeros left out."""
    try:
        found = warehouse.report(tenant, "closing_balance", fiscal_year=fiscal_year)
    except NoLedger:
        return {}
    return dict(rows_of(found))


def changed_vouchers(warehouse: Warehouse, tenant: str, fiscal_year: str) -> dict[str, list[str]]:
    """Return the vouchers of the change list by what became of each; empty without a list."""
    found: dict[str, list[str]] = {}
    wanted: dict[str, Any] = {"fiscal_year": fiscal_year, "limit": MAX_CHANGES}
    try:
        changes = warehouse.report(tenant, "voucher_change", **wanted)
    except NoLedger:
        return found
    for _, change, voucher_key, *_ in rows_of(changes):
        found.setdefault(change, []).append(voucher_key)
    return found


def _seen(hub: Hub, warehouse: Warehouse, unit: UnitStatus) -> Seen:
    results = hub.loads.results(unit.load_id) if unit.load_id else []
    blocking = [result for result in results if result.holds]
    return Seen(
        tenant=unit.tenant,
        fiscal_year=unit.fiscal_year,
        status=unit.status,
        trial_balance=published_balances(warehouse, unit.tenant, unit.fiscal_year),
        voucher_count=unit.voucher_count,
        posting_count=unit.posting_count,
        blocking=tuple(item for result in blocking for item in result.breaks),
        blocking_count=sum(result.break_count for result in blocking),
        source=unit.published_source or unit.source,
    )
