"""Bring the hub's status of a tenant in line with the warehouse, whose load record is the truth.

A process may die between the publish transaction and the word to the hub, or in the middle of a
load. After either the hub tells an old story; this mends it at start, unit by unit, and leaves
alone whatever a live lease shows to be at work.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from blocks.hub import holds, leases, loads, units
from blocks.hub.leases import unit_resource
from blocks.hub.states import SIDE_STATES, WORKING, UnitState
from blocks.hub.tenants import require
from blocks.hub.units import UnitStatus

if TYPE_CHECKING:  # the hub is opened by commands that need no DuckDB
    from blocks.warehouse.records import LoadRecord

_WAITING: Final = frozenset({UnitState.HELD, UnitState.REJECTED})

INTERRUPTED: Final = "interrupted: the run ended without a word while the unit was {}"
GONE: Final = "the warehouse has no such load any more; load the year again"


def repair_tenant(
    connection: Connection, tenant: str, records: Iterable[LoadRecord], *, now: dt.datetime
) -> list[UnitStatus]:
    """Mend the status rows of a tenant, and return those that were changed.

    Args:
        connection: A transaction that may write.
        tenant: Whose units.
        records: What the warehouse has of the tenant: the load record of each of its units.
        now: The time.

    Raises:
        UnknownTenant: The hub has no such tenant.
    """
    require(connection, tenant)
    published = {record.fiscal_year.key: record for record in records}
    known = {unit.fiscal_year: unit for unit in units.of_tenant(connection, tenant)}
    at_work = {lease.resource for lease in leases.live(connection, now, tenant=tenant)}
    repaired = []
    for key in sorted(published.keys() | known.keys()):
        old, record = known.get(key), published.get(key)
        start = old or UnitStatus(tenant, key, status=UnitState.PUBLISHED, updated_at=now)
        new = _repaired(start, record, has_passed=loads.has_passed(connection, start.load_id))
        if record is not None and loads.is_refresh(connection, new.published_load_id):
            new = replace(new, ledger_source=start.ledger_source)
        if new != old and unit_resource(tenant, start.year) not in at_work:
            repaired.append(replace(new, updated_at=now))
    repaired = [_written(connection, unit) for unit in repaired]
    for record in published.values():
        _close_replaced(connection, record)
    # A hub restored from a backup would hand out tokens that the warehouse has seen already.
    leases.advance_past(connection, max((record.token for record in published.values()), default=0))
    return repaired


def _written(connection: Connection, unit: UnitStatus) -> UnitStatus:
    """Write a mended unit; one that is published again warns of what it was published with."""
    units.write(connection, unit)
    if unit.status is not UnitState.PUBLISHED:
        return unit
    loads.settle_holds(connection, unit.tenant, unit.year)
    warned = loads.warned(connection, unit.tenant, unit.fiscal_year, digest=unit.published_digest)
    if warned and not unit.reason:
        unit = replace(unit, reason=warned)
        units.write(connection, unit)
    return unit


def _close_replaced(connection: Connection, record: LoadRecord) -> None:
    """Close a hold that the warehouse has published or replaced, whatever was said after it."""
    hold = holds.find(connection, record.tenant, record.fiscal_year)
    if hold is not None and _is_replaced(hold.load_id, record):
        loads.settle_holds(connection, record.tenant, record.fiscal_year)


def _is_replaced(held: str, record: LoadRecord) -> bool:
    """Return whether a load that was held is the published one or came before it.

    Source:
        `blocks.hub.load_ids`: ids are in order of time.
    """
    return held <= record.load_id


def _repaired(unit: UnitStatus, record: LoadRecord | None, *, has_passed: bool) -> UnitStatus:
    if record is None:
        return _without_record(unit)
    if _is_in_warehouse(unit, record, has_passed=has_passed):
        unit = replace(unit, status=UnitState.PUBLISHED, reason="")
    elif unit.status in WORKING:
        unit = _interrupted(unit)
    elif _is_other(unit, record):
        unit = replace(
            unit,
            status=UnitState.PUBLISHED,
            reason="",
            load_id=record.load_id,
            digest=record.digest,
            source=record.source,
        )
    return _with_facts(unit, record)


def _is_in_warehouse(unit: UnitStatus, record: LoadRecord, *, has_passed: bool) -> bool:
    """Return whether the load in hand is the published one although the hub has not heard so.

    One of equal rows would have written nothing. It counts only once the controls let it pass: the
    same rows may be another company's, or of a source that was damaged.
    """
    if unit.load_id == record.load_id:
        return unit.status in WORKING | {UnitState.HELD, UnitState.FAILED}
    is_equal = unit.status is UnitState.RECONCILING and unit.digest == record.digest
    return is_equal and has_passed


def _is_other(unit: UnitStatus, record: LoadRecord) -> bool:
    """Return whether another load was published than the hub, an old copy of itself, knows of."""
    if unit.status is UnitState.PUBLISHED:
        return unit.digest != record.digest
    is_behind = unit.status in _WAITING and _is_replaced(unit.load_id, record)
    return is_behind or unit.status in SIDE_STATES


def _with_facts(unit: UnitStatus, record: LoadRecord) -> UnitStatus:
    """Take over what the record says; a later load that changed nothing has renewed the date."""
    if unit.published_digest == record.digest and unit.last_published_at:
        return replace(unit, last_published_at=max(unit.last_published_at, record.published_at))
    return replace(
        unit,
        last_published_at=record.published_at,
        published_load_id=record.load_id,
        published_digest=record.digest,
        published_source=record.source,
        # Whose it was meanwhile nobody knows; nights keep what may have been uploaded.
        ledger_source=record.source,
        voucher_count=record.voucher_count,
        posting_count=record.posting_count,
    )


def _without_record(unit: UnitStatus) -> UnitStatus:
    if unit.status in WORKING:
        unit = _interrupted(unit)
    elif unit.status is UnitState.PUBLISHED:
        unit = replace(unit, status=UnitState.FAILED, reason=GONE)
    return replace(
        unit,
        last_published_at=None,
        published_load_id="",
        published_digest="",
        published_source="",
        voucher_count=0,
        posting_count=0,
    )


def _interrupted(unit: UnitStatus) -> UnitStatus:
    return replace(unit, status=UnitState.FAILED, reason=INTERRUPTED.format(unit.status))
