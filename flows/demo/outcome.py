"""What stands in the hub and the warehouse after the demo's runs."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from blocks.duck import Engine
from blocks.hub import Hub, UnitStatus
from blocks.settings import SQL
from blocks.warehouse.errors import NoLedger
from blocks.warehouse.warehouse import Warehouse
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
        with warehouse.read(tenant) as db:
            return _balances(db, fiscal_year)
    except NoLedger:
        return {}


def changed_vouchers(warehouse: Warehouse, tenant: str, fiscal_year: str) -> dict[str, list[str]]:
    """Return the vouchers of the change list by what became of each; empty without a list."""
    query = (SQL / "report" / "voucher_change.sql").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    try:
        with warehouse.read(tenant) as db:
            rows = db.execute(query, {"fiscal_year": fiscal_year, "limit": MAX_CHANGES}).fetchall()
    except NoLedger:
        return found
    for _, change, voucher_key, *_ in rows:
        found.setdefault(change, []).append(voucher_key)
    return found


def _balances(db: Engine, fiscal_year: str) -> dict[str, Decimal]:
    query = (SQL / "report" / "closing_balance.sql").read_text(encoding="utf-8")
    return dict(db.execute(query, {"fiscal_year": fiscal_year}).fetchall())


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
