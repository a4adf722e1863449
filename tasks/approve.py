"""Approve a tenant's first transfer: a person has looked at it, and the nights may begin."""

from __future__ import annotations

from blocks.hub import UnitState, UnitStatus
from ledger.errors import TerminalError
from ledger.fiscal_year import year_in_words
from tasks.stores import Stores


class NotToBeApproved(TerminalError):
    """There is nothing to approve, or something still holds."""

    def __init__(self, tenant: str, *, why: str) -> None:
        super().__init__(
            f"The first transfer of {tenant} cannot be approved: {why}", tenant=tenant, why=why
        )


def approve(stores: Stores, tenant: str, *, approved_by: str, note: str) -> list[UnitStatus]:
    """Switch a tenant's nightly runs on; return the years that were transferred.

    Raises:
        UnknownTenant: The hub has no such tenant.
        NotToBeApproved: Nothing is published yet, or a year is held or failed.

    Source:
        R-FIN-10: the operator runs the first transfer; no schedule runs before it is done.
    """
    stores.hub.tenants.get(tenant)
    units = stores.hub.units.of_tenant(tenant)
    published = [unit for unit in units if unit.last_published_at]
    if not published:
        raise NotToBeApproved(
            tenant, why=f"nothing is published yet. Pull its years: tasma ledger pull {tenant}"
        )
    unfinished = [unit for unit in units if unit.status in {UnitState.HELD, UnitState.FAILED}]
    if unfinished:
        years = ", ".join(
            f"{year_in_words(unit.fiscal_year)} is {unit.status}" for unit in unfinished
        )
        raise NotToBeApproved(
            tenant,
            why=f"{years}. Accept what is right and correct the rest: tasma tenant status {tenant}",
        )
    stores.hub.tenants.update(tenant, has_schedule=True)
    stores.hub.events.add(
        "approval", f"first transfer approved by {approved_by}: {note}", tenant=tenant
    )
    return published
