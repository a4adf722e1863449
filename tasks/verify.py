"""Verify: what is published is held against what was loaded, and the hub told what is damaged."""

from __future__ import annotations

from dataclasses import dataclass

from blocks.published_files import DAMAGED
from blocks.warehouse.damage import PublishedDamaged
from blocks.warehouse.errors import NoLedger
from blocks.warehouse.records import Verification
from ledger.text import number_of
from ledger.unit import Unit
from tasks.stores import Stores


@dataclass(frozen=True)
class Verified:
    """A published year and what was found; `damage` is empty when every row is as it was loaded."""

    unit: Unit
    verification: Verification | None
    damage: str


def verify_unit(stores: Stores, unit: Unit) -> Verified:
    """Digest a published year anew and say in the hub what is wrong with it, if anything is.

    Raises:
        NoLedger: The year is not published, and the hub does not say that it is.
    """
    verification, damage = None, ""
    try:
        verification = stores.warehouse.verify(unit.tenant, unit.year)
        if not verification.is_intact:
            damage = _altered(verification)
    except NoLedger:
        status = stores.hub.units.find(unit.tenant, unit.year)
        if status is None or not status.published_digest:
            raise
        gone = stores.warehouse.damage(unit.tenant)
        damage = str(gone.values["finding"]) if gone else "the file has nothing of the year"
    except PublishedDamaged as problem:
        damage = str(problem.values["finding"])
    found = DAMAGED.format(damage) if damage else ""
    stores.hub.units.set_damage(unit.tenant, unit.year, found, because="every row is as loaded")
    return Verified(unit, verification, damage)


def _altered(found: Verification) -> str:
    """Say what is not as it was loaded; a load record alone may be wrong too."""
    vouchers = number_of(len(found.vouchers), "voucher") if found.vouchers else ""
    tables = f"tables {', '.join(found.tables)}" if found.tables else ""
    what = " and ".join(filter(None, (vouchers, tables))) or "the load record"
    return f"{what} altered since they were loaded"
