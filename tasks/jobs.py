"""One run's work on one unit: the stores, the lease it works under, and what it tells the hub."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from blocks.hub import KeptLease, UnitState
from tasks.stores import Stores
from tasks.units import Unit


@dataclass(frozen=True)
class Job:
    """What every step of a run on a unit is given.

    `lease` is None in a dry run, which reads, says nothing to the hub and publishes nothing.
    """

    stores: Stores
    unit: Unit
    run_id: str
    lease: KeptLease | None

    @property
    def is_dry_run(self) -> bool:
        """Whether nothing may be written but landing and stage."""
        return self.lease is None

    def tell(self, status: UnitState, **what: Any) -> None:
        """Say in the hub where the unit stands (`Units.set_status`); a dry run says nothing.

        Raises:
            LeaseLost: The unit has passed to another run.
        """
        if self.lease is None:
            return
        self.lease.check()
        self.stores.hub.units.set_status(
            self.unit.tenant,
            self.unit.year,
            status,
            run_id=self.run_id,
            token=self.lease.token,
            **what,
        )

    @property
    def where(self) -> dict[str, str]:
        """Tenant and unit, as every log line names them."""
        return {"tenant": self.unit.tenant, "unit": self.unit.year.key}
