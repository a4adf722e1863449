"""Bring the hub in line with the warehouse, and remove what dead processes left on the disk."""

from __future__ import annotations

import datetime as dt
from typing import Final

from blocks.hub import UnitState, UnitStatus
from blocks.hub.states import WORKING
from blocks.published_files import DAMAGED
from blocks.warehouse.damage import PublishedDamaged
from tasks.damage import lost
from tasks.stores import Stores, open_stores

SUSPECT: Final = WORKING | {UnitState.FAILED}
"""Statuses in which a process that died between warehouse and hub leaves a unit; failed, since the
run's end was told to the hub before anybody asked the warehouse."""


KEPT: Final = dt.timedelta(days=400)
"""How long events and the findings of replaced loads are kept: a year and what closing it takes."""

NIGHTS_KEPT: Final = dt.timedelta(days=35)
"""How long it is kept what each night came to: ten thousand rows a night, and a few days longer
than Prefect keeps their runs."""


def repair_statuses(*, everything: bool = False) -> list[UnitStatus]:
    """Repair statuses from the warehouse's load records, and return what changed.

    Args:
        everything: Ask about every tenant, as after the hub was restored from a backup. Otherwise
            only about those with a unit that a crash may have left with a wrong status, which keeps
            the janitor cheap however many tenants there are.
    """
    with open_stores() as stores:
        found = (
            [tenant.id for tenant in stores.hub.tenants]
            if everything
            else sorted(_suspects(stores))
        )
        return [unit for tenant in found for unit in repair_tenant(stores, tenant)]


def remove_leftovers() -> int:
    """Remove what dead processes and erased tenants left here; say how much there was."""
    with open_stores() as stores:
        return stores.lake.clean_scratch()


def forget_old() -> int:
    """Remove events and findings that no unit speaks of any more; say how many there were."""
    with open_stores() as stores:
        loads = stores.hub.loads.prune_results(older_than=KEPT)
        answers = stores.hub.later.prune(older_than=KEPT)
        nights = stores.hub.nights.prune(older_than=NIGHTS_KEPT)
        return loads + answers + nights + stores.hub.events.prune(older_than=KEPT)


def _suspects(stores: Stores) -> set[str]:
    units = stores.hub.units.in_states(SUSPECT)
    return {unit.tenant for unit in units} | set(stores.hub.side_loads.unfinished())


def repair_tenant(stores: Stores, tenant: str) -> list[UnitStatus]:
    """Repair a tenant's statuses, and return what changed.

    A file that is gone or cannot be read says nothing about what was published: then its published
    years turn red, and stay what they were for `tasma ledger rebuild`.
    """
    try:
        if finding := lost(stores, tenant):
            raise finding
        return _repair_twice(stores, tenant)
    except PublishedDamaged as problem:
        damage = DAMAGED.format(problem.values["finding"])
        for unit in stores.hub.units.published_of(tenant):
            stores.hub.units.set_damage(tenant, unit.year, damage)
        return []


def _repair_twice(stores: Stores, tenant: str) -> list[UnitStatus]:
    repaired = _repair(stores, tenant)
    # A run that published between our look at the warehouse and our word to the hub was
    # contradicted; the second look sees what it did.
    return _repair(stores, tenant) or repaired if repaired else []


def _repair(stores: Stores, tenant: str) -> list[UnitStatus]:
    years = stores.warehouse.units(tenant)
    for year in years:
        stores.hub.years.adopt(tenant, year)
    records = [stores.warehouse.load_record(tenant, year) for year in years]
    return stores.hub.repair(tenant, [record for record in records if record])
