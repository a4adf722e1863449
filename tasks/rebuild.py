"""Rebuild: a published year whose file was damaged or altered is put right from its landing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from blocks.hub import Load, UnitState
from blocks.hub.load_ids import new_load_id
from blocks.hub.states import WHOLE_YEAR
from blocks.warehouse.damage import PublishedDamaged
from blocks.warehouse.rebuild import Rebuilt
from ledger.errors import TerminalError
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.account_map import show_by_map
from tasks.fences import renew_damaged_fence
from tasks.jobs import DryRunPublishes, Job
from tasks.log import say
from tasks.stage import staged_from_landing
from tasks.stores import Stores

INTACT: Final = "intact: every row is as it was published"


class NothingToRebuild(TerminalError):
    """A year was to be rebuilt that is not published, or nobody knows by which loads."""

    sentence = (
        "{unit}: the hub does not know by which load it is published, so there is nothing to "
        "rebuild it from. Load the year's file again, or pull the year again."
    )


@dataclass(frozen=True)
class RebuiltYear:
    """What became of one year."""

    unit: Unit
    found: Rebuilt

    @property
    def outcome(self) -> Outcome:
        """How it ended: what is published is what was loaded."""
        return Outcome.AGREES

    @property
    def reason(self) -> str:
        """Say what was put right."""
        if self.found.is_new:
            return "published again from what was received; its earlier loads are not on record"
        if self.found.is_intact:
            return INTACT
        vouchers = ", ".join(f"{count:,} {what}" for what, count in self.found.vouchers.items())
        tables = f"; tables {', '.join(self.found.tables)}" if self.found.tables else ""
        return f"put right: vouchers {vouchers}{tables}"


def published_units(stores: Stores, tenant: str) -> list[Unit]:
    """Return a tenant's published years as the hub knows them, oldest first."""
    return [Unit(tenant, unit.year) for unit in stores.hub.units.published_of(tenant)]


def make_readable(stores: Stores, tenant: str) -> str:
    """Set a tenant's file aside if it cannot be read, and say where it lies; mend the fence.

    To be called before the leases of its years are taken; all of them are to be rebuilt then.
    """
    renew_damaged_fence(stores, tenant)
    try:
        stores.warehouse.refuse_unreadable(tenant)
    except PublishedDamaged as problem:
        kept = stores.warehouse.set_aside(tenant, now=stores.hub.database.now())
        stores.hub.events.add(
            "damage",
            f"The published books could not be read: {problem.values['finding']}. The file is kept "
            f"as {kept}, and each year is published again from what was received.",
            tenant=tenant,
        )
        return kept
    return ""


def rebuild_unit(job: Job) -> RebuiltYear:
    """Make a published year's rows those of its loads again, under its lease.

    Raises:
        NothingToRebuild: Nobody knows what it was loaded from.
        NotReceived, LandedFileSpoiled: What was received is gone or damaged too.
        OtherRows: This release reads it otherwise; nothing was written.
    """
    if job.lease is None:
        raise DryRunPublishes
    stores, unit = job.stores, job.unit
    loads = _made_of(stores, unit)
    digest = _digest(stores, unit)
    if not loads or not digest:
        raise NothingToRebuild(unit=unit)
    staged = [(staged_from_landing(stores, load), load.load_id) for load in loads]
    job.lease.check()
    found = stores.warehouse.rebuild(
        staged,
        unit=unit,
        digest=digest,
        token=job.lease.token,
        load_id=new_load_id(stores.hub.database.now()),
        run_id=job.run_id,
    )
    show_by_map(stores, unit.tenant)
    rebuilt = RebuiltYear(unit, found)
    stores.hub.units.set_damage(unit.tenant, unit.year, "", because=rebuilt.reason)
    say(f"Rebuilt: {rebuilt.reason}", **job.where)
    return rebuilt


def _digest(stores: Stores, unit: Unit) -> str:
    """Return what the year was published with; the hub's word, since the file may be gone."""
    status = stores.hub.units.find(unit.tenant, unit.year)
    return status.published_digest if status else ""


def _made_of(stores: Stores, unit: Unit) -> list[Load]:
    """Return the loads that the year is made of, oldest first: a whole year, then periods of it."""
    newest = stores.hub.loads.published(unit.tenant, unit.year)
    made_of: list[Load] = []
    for load in stores.hub.loads.of_unit(unit.tenant, unit.year):
        is_published = load.status is UnitState.PUBLISHED
        if not is_published or newest is None or load.load_id > newest.load_id:
            continue
        made_of.append(load)
        if load.coverage == WHOLE_YEAR:
            break
    return made_of[::-1]
