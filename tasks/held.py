"""What is held of a tenant, as a person decides about it: the load, and what holds it."""

from __future__ import annotations

from dataclasses import dataclass

from blocks.hub import Load, UnitState
from ledger.controls import ControlResult
from ledger.unit import Unit
from tasks.stores import Stores


@dataclass(frozen=True)
class Held:
    """An open hold. `holding`: the controls that nobody has accepted the breaks of."""

    load: Load
    holding: tuple[ControlResult, ...]

    @property
    def unit(self) -> Unit:
        """Whose year."""
        return Unit(self.load.tenant, self.load.year)


def held_of(stores: Stores, tenant: str) -> list[Held]:
    """Return what is held of a tenant, the latest first."""
    loads = [load for load in stores.hub.loads.open_of(tenant) if load.status is UnitState.HELD]
    return [_held(stores, load) for load in sorted(loads, key=_when, reverse=True)]


def find_held(stores: Stores, tenant: str, load_id: str) -> Held | None:
    """Return an open hold of a tenant by the id of its load; None when it is none any more."""
    return next((item for item in held_of(stores, tenant) if item.load.load_id == load_id), None)


def _held(stores: Stores, load: Load) -> Held:
    results = stores.hub.loads.results(load.load_id)
    holding = stores.hub.acceptances.unaccepted(load.tenant, load.year, results)
    return Held(load, tuple(holding))


def _when(load: Load) -> str:
    return load.load_id  # ids are in order of time
