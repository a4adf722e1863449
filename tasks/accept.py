"""Accept or reject: a person decides about a hold, by name, with a reason, on what they saw."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from blocks.hub import Load, UnitStatus
from ledger.controls import ControlResult
from ledger.errors import TerminalError
from ledger.fiscal_year import short_year
from ledger.text import number_of
from ledger.unit import Unit
from tasks.customer_statements import compare_anew
from tasks.log import say
from tasks.steps import step
from tasks.stores import Stores


class NothingHeld(TerminalError):
    """A hold was to be accepted, rejected or published, and none is open."""

    def __init__(self, unit: Unit, status: UnitStatus | None, *, load_id: str = "") -> None:
        self.unit = unit
        is_now = f"is {status.status}" if status else "was never loaded"
        what = f"load {load_id} is no open hold of it" if load_id else "no load of it is held"
        place = f"{unit.tenant} {short_year(unit.year.key)}"
        super().__init__(
            f"{unit} {is_now} and {what}, so there is nothing to accept, to reject or to publish. "
            f"`tasma ledger breaks {place}` shows what is held, also "
            "beside the year, with the load to name.",
            unit=str(unit),
            status=status.status if status else "",
            load_id=load_id,
        )


def accept_breaks(
    stores: Stores,
    unit: Unit,
    *,
    controls: Sequence[str],
    reason: str,
    accepted_by: str,
    expires_on: dt.date | None = None,
    load_id: str = "",
) -> list[ControlResult]:
    """Accept the breaks of the unit's open hold; return what still holds it.

    Args:
        stores: Where things lie.
        unit: Which year of whom.
        controls: Whose breaks; none named means all that block.
        reason: Why they may pass.
        accepted_by: Who decides.
        expires_on: The acceptance's last day where the tenant is (R-X-7).
        load_id: A held load of less than a year, beside the unit; empty means the unit's own.

    Raises:
        NothingHeld: No such hold is open.
        Refused: A control named has no break that blocks, or the hub's rules forbid it.
    """
    load_id = open_hold(stores, unit, load_id=load_id).load_id
    tenant = stores.hub.tenants.get(unit.tenant)
    _refuse_unknown(stores.hub.loads.results(load_id), controls)
    for control in controls or ("",):
        given = stores.hub.acceptances.accept(
            load_id,
            reason=reason,
            accepted_by=accepted_by,
            control=control,
            expires_at=tenant.end_of(expires_on) if expires_on else None,
        )
        say(
            f"Accepted {number_of(len(given), 'break')}{f' of {control}' if control else ''}",
            tenant=unit.tenant,
            unit=unit.year.key,
        )
    results = stores.hub.loads.results(load_id)
    return stores.hub.acceptances.unaccepted(unit.tenant, unit.year, results)


accept: Final = step("accept", about="unit")(accept_breaks)


def reject_hold(
    stores: Stores, unit: Unit, *, reason: str, rejected_by: str, load_id: str = ""
) -> UnitStatus | None:
    """Refuse what is held, so that the unit is as the last good load left it; return its status.

    None of a year that came with another company's file alone: the tenant has it no longer.

    Raises:
        NothingHeld: No such hold is open.
        LeaseTaken: A run works on the unit.
    """
    hold = open_hold(stores, unit, load_id=load_id)
    stores.hub.holds.reject(hold.load_id, reason=reason, rejected_by=rejected_by)
    compare_anew(stores, unit)
    say(f"Rejected load {hold.load_id}", tenant=unit.tenant, unit=unit.year.key)
    return stores.hub.units.find(unit.tenant, unit.year)


reject: Final = step("reject", about="unit")(reject_hold)


def open_hold(stores: Stores, unit: Unit, *, load_id: str = "") -> Load:
    """Return what is held: the unit's own hold, or the load beside it that is named.

    Raises:
        NothingHeld: No such hold is open.
        UnknownTenant: Nor is there such a tenant.
    """
    hold = stores.hub.holds.find(unit.tenant, unit.year, load_id=load_id)
    if hold is None:
        stores.hub.tenants.get(unit.tenant)
        status = stores.hub.units.find(unit.tenant, unit.year)
        raise NothingHeld(unit, status, load_id=load_id)
    return hold


class ControlsHoldNothing(TerminalError):
    """Controls were named that do not hold the load."""

    sentence = "{unknown} does not hold this load; {holding} does. Nothing was accepted."


def _refuse_unknown(results: Sequence[ControlResult], controls: Sequence[str]) -> None:
    """Refuse all when one control named holds nothing, so that nothing is accepted by halves."""
    holding = sorted(result.control for result in results if result.holds)
    if unknown := sorted(set(controls) - set(holding)):
        raise ControlsHoldNothing(unknown=", ".join(unknown), holding=", ".join(holding))
