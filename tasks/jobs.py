"""One run's work on one unit: the stores, the lease it works under, and what it tells the hub."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from blocks.hub import KeptLease, UnitState, unit_resource
from ledger.coverage import WHOLE_YEAR, Coverage
from ledger.errors import TerminalError
from ledger.unit import Unit, UnitMismatch
from tasks.stores import Stores


class DryRunPublishes(TerminalError):
    """A run without a lease was to publish."""

    sentence = "A dry run publishes nothing; start the run without dry_run."


@dataclass(frozen=True)
class Job:
    """What every step of a run on a unit is given.

    `lease` is None in a dry run, which reads, says nothing to the hub and publishes nothing.
    `coverage`: what its load may replace; if nothing, it leaves the unit's status alone.
    `defines`: whether the run is asked to define the unit's year first; a dry run only supposes it.

    Raises:
        UnitMismatch: The lease is another unit's.
    """

    stores: Stores
    unit: Unit
    run_id: str
    lease: KeptLease | None
    coverage: Coverage = WHOLE_YEAR
    defines: bool = False

    def __post_init__(self) -> None:
        held = self.lease.lease.resource if self.lease else ""
        if held and held != unit_resource(self.unit.tenant, self.unit.year):
            raise UnitMismatch(expected=self.unit, came=held, of="A lease")

    @property
    def is_dry_run(self) -> bool:
        """Whether nothing may be written but landing and stage."""
        return self.lease is None

    def tell(self, status: UnitState, **what: Any) -> None:
        """Say in the hub where the work stands; a dry run says nothing.

        A load of a whole year speaks for its unit (`Units.set_status`), any other for itself alone
        (`SideLoads.set_status`), from when it is staged; what is published of a period is told of
        its unit as well (`Units.set_period`).

        Raises:
            LeaseLost: The unit has passed to another run.
        """
        if self.lease is None:
            return
        self.lease.check()
        who: dict[str, Any] = {"run_id": self.run_id, "token": self.lease.token}
        hub = self.stores.hub
        if self.coverage == WHOLE_YEAR:
            hub.units.set_status(self.unit.tenant, self.unit.year, status, **who, **what)
            return
        if what.get("load_id"):
            hub.side_loads.set_status(what["load_id"], status, reason=what.get("reason", ""), **who)
        if status is UnitState.PUBLISHED:
            hub.units.set_period(self.unit.tenant, self.unit.year, **who, **what)

    @property
    def where(self) -> dict[str, str]:
        """Tenant and unit, as every log line names them."""
        return {"tenant": self.unit.tenant, "unit": self.unit.year.key}
