"""Approve a tenant's first transfer: a person has looked at it, and the nights may begin."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from blocks.hub import Hub, UnitState, UnitStatus
from blocks.hub.onboarding import Opening
from blocks.warehouse.reports import rows_of
from ledger.errors import TerminalError
from ledger.fiscal_year import year_in_words
from ledger.onboarding import APPROVAL, Transfer
from tasks.ledger_sources import load_command
from tasks.onboarding import onboarding_of
from tasks.stores import Stores

SHOWN: Final = 3
"""Steps that a refusal names."""


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
        NotToBeApproved: Nothing is published yet, a year is held or failed, or all of it was
            approved before.

    Source:
        R-FIN-10: the operator runs the first transfer; no schedule runs before it is done.
    """
    published, is_pulled = _approvable(stores.hub, tenant)
    seen = {unit.year: _figures(stores, unit) for unit in published}
    stores.hub.approvals.add(tenant, seen, who=approved_by, note=note)
    stores.hub.tenants.update(tenant, has_schedule=is_pulled)
    stores.hub.events.add(
        "approval", f"first transfer approved by {approved_by}: {note}", tenant=tenant
    )
    return published


def is_approvable(hub: Hub, tenant: str) -> bool:
    """Return whether approving is the one step left of a tenant's first transfer.

    Raises:
        UnknownTenant: The hub has no such tenant.
    """
    try:
        _approvable(hub, tenant)
    except NotToBeApproved:
        return False
    return True


def _approvable(hub: Hub, tenant: str) -> tuple[list[UnitStatus], bool]:
    """Return the years that an approval is of, and whether nights follow; or refuse it."""
    opening = hub.openings.find(tenant)
    hub.tenants.get(tenant)
    if opening is not None:
        _require_reconciled(hub, tenant, opening)
    units = hub.units.of_tenant(tenant)
    published = [unit for unit in units if unit.last_published_at]
    if not published:
        raise NotToBeApproved(
            tenant,
            why=f"nothing is published yet. Load its years: `{load_command(hub, tenant)}`.",
        )
    unfinished = [unit for unit in units if unit.status in {UnitState.HELD, UnitState.FAILED}]
    if unfinished:
        years = ", ".join(
            f"{year_in_words(unit.fiscal_year)} is {unit.status}" for unit in unfinished
        )
        raise NotToBeApproved(
            tenant,
            why=f"{years}. Accept what is right and correct the rest: "
            f"`tasma tenant status {tenant}`.",
        )
    # Only what is pulled by itself has nights; a file comes when somebody brings it (R-FIN-28).
    form = opening.form if opening else None
    is_pulled = opening is None or (form is not None and form.transfer is Transfer.API)
    _require_new(hub, tenant, published, has_nights=is_pulled)
    return published, is_pulled


def _require_new(
    hub: Hub, tenant: str, published: Sequence[UnitStatus], *, has_nights: bool
) -> None:
    """Make sure that an approval changes anything: a year that nobody approved, or its nights."""
    given = {one.year: one for one in hub.approvals.of_tenant(tenant)}
    is_new = any(unit.year not in given for unit in published)
    if is_new or hub.tenants.get(tenant).has_schedule != has_nights:
        return
    last = max((given[unit.year] for unit in published), key=lambda one: one.approved_at)
    why = f"{last.approved_by} approved it already, on {last.approved_at:%Y-%m-%d at %H:%M} UTC."
    raise NotToBeApproved(tenant, why=why)


def _require_reconciled(hub: Hub, tenant: str, opening: Opening) -> None:
    """Make sure that every year of the form that nobody approved yet agrees with its statements.

    Source:
        R-FIN-2, R-FIN-11, R-FIN-12.
    """
    if opening.is_trial:
        why = f"it is a trial. Begin its opening first: `tasma tenant form {tenant}`."
        raise NotToBeApproved(tenant, why=why)
    found = onboarding_of(hub, tenant)
    left = [step for step in found.missing if step.name != APPROVAL]
    if left:
        named = "; ".join(f"{step.name} ({step.owner}: {step.what})" for step in left[:SHOWN])
        raise NotToBeApproved(tenant, why=f"{named}. `tasma tenant open {tenant}` shows all.")


def _figures(stores: Stores, unit: UnitStatus) -> dict[str, Decimal]:
    """Return what a person sees when approving a year: its result and its assets."""
    found = stores.warehouse.report(unit.tenant, "figures", fiscal_year=unit.fiscal_year)
    return dict(rows_of(found))
