"""Accept: a person lets breaks pass, by name, with a reason, on what they have seen."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence

from blocks.hub import UnitState, UnitStatus
from ledger.controls import ControlResult
from ledger.errors import TerminalError
from tasks.log import say
from tasks.steps import step
from tasks.stores import Stores
from tasks.units import Unit


class NothingHeld(TerminalError):
    """A hold was to be accepted or published, and the unit is not held."""

    def __init__(self, unit: Unit, status: UnitStatus | None) -> None:
        self.unit = unit
        is_now = f"is {status.status}" if status else "was never loaded"
        super().__init__(
            f"{unit} {is_now}, so there is nothing to accept. Load it, and look at its "
            "reconciliation page if it is held; the overview shows what is."
        )


@step("accept", about="unit")
async def accept(
    stores: Stores,
    unit: Unit,
    *,
    controls: Sequence[str],
    reason: str,
    accepted_by: str,
    expires_on: dt.date | None = None,
) -> list[ControlResult]:
    """Accept the breaks that hold the unit's latest load; return what still holds it.

    Args:
        stores: Where things lie.
        unit: Which year of whom.
        controls: Whose breaks; none named means all that block.
        reason: Why they may pass.
        accepted_by: Who decides.
        expires_on: The acceptance's last day where the tenant is (R-X-7).

    Raises:
        NothingHeld: The unit is not held.
        Refused: A control named has no break that blocks, or the hub's rules forbid it.
    """
    return await asyncio.to_thread(
        accept_breaks,
        stores,
        unit,
        controls=controls,
        reason=reason,
        accepted_by=accepted_by,
        expires_on=expires_on,
    )


def accept_breaks(
    stores: Stores,
    unit: Unit,
    *,
    controls: Sequence[str],
    reason: str,
    accepted_by: str,
    expires_on: dt.date | None,
) -> list[ControlResult]:
    """Do what `accept` says, in the caller's thread; no control named means all."""
    load_id = held_load(stores, unit)
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
            f"Accepted {len(given):,} breaks of {control or 'every control that blocks'}",
            tenant=unit.tenant,
            unit=unit.year.key,
        )
    results = stores.hub.loads.results(load_id)
    return stores.hub.acceptances.unaccepted(unit.tenant, unit.year, results)


def held_load(stores: Stores, unit: Unit) -> str:
    """Return the id of the load that is held.

    Raises:
        NothingHeld: The unit is not held.
    """
    status = stores.hub.units.find(unit.tenant, unit.year)
    if status is None or status.status is not UnitState.HELD:
        raise NothingHeld(unit, status)
    return status.load_id


def _refuse_unknown(results: Sequence[ControlResult], controls: Sequence[str]) -> None:
    """Refuse all when one control named holds nothing, so that nothing is accepted by halves."""
    holding = sorted(result.control for result in results if result.holds)
    if unknown := sorted(set(controls) - set(holding)):
        raise TerminalError(
            f"{', '.join(unknown)} does not hold this load; {', '.join(holding)} does. Nothing was "
            "accepted."
        )
