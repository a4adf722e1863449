"""Publishing: staged units become what is published, on a copy of the tenant's file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.duck import attach_read_only, duckdb_space_checked
from blocks.durable import space_checked
from blocks.staging import StagedUnit
from blocks.steps import reached
from blocks.warehouse.attach import PUBLISHED, attach_copy, detach, open_engine
from blocks.warehouse.errors import NotPublishable
from blocks.warehouse.evidence import Publication, find_touched, insert_changes, insert_load
from blocks.warehouse.fence import raise_fence
from blocks.warehouse.files import TenantFiles, swapping, writing
from blocks.warehouse.loads import current_load
from blocks.warehouse.periods import PeriodRows, changes_period, refuse_misplaced, refuse_other_days
from blocks.warehouse.records import LoadRecord, Published
from blocks.warehouse.rows import UnitRows
from blocks.warehouse.workbench import bind_staged
from ledger.controls import ControlResult
from ledger.fiscal_year import FiscalYear
from ledger.schemas import CANONICAL

MOVED: Final = ("voucher", "voucher_digest")
"""Staged tables that say which vouchers move; the others are read from their files."""


@dataclass(frozen=True)
class _Unit:
    """A staged unit, who publishes it, and what is published of it so far."""

    staged: StagedUnit
    publication: Publication
    before: LoadRecord | None


def publish_units(
    units: Sequence[tuple[StagedUnit, Publication]], files: TenantFiles
) -> list[Published]:
    """Make staged units what is published for a tenant and their fiscal years, all or none.

    Only vouchers that differ are touched; when nothing differs nothing is written. A load of a
    period leaves what is dated outside of it (`blocks.warehouse.periods`).

    Raises:
        UnitMismatch: The lease is of another unit than the staged one.
        NotPublishable: A load covers too little, or not what it says, or a control holds it.
        StageUnusable: A staged file is damaged; nothing was written.
        StaleLease: A later run has acted on a unit.
        WriterBusy: Another publication of the tenant did not end.
        NoSpace: The disk is full; what was published is untouched.
    """
    for staged, publication in units:
        refuse_unfit(staged, publication)
    doing = f"publishing for {files.tenant}"
    rows = sum(staged.tables["posting"].row_count for staged, _ in units)
    with (
        space_checked(doing, files.root),
        duckdb_space_checked(doing, files.root),
        writing(files),
    ):
        reached("publish.locked")
        for _, publication in units:
            raise_fence(files, publication.unit.year, publication.token)
        reached("publish.fenced")
        with open_engine(files, rows=rows) as db:
            return _publish(db, [_unit(db, files, *item) for item in units], files)


def _unit(
    db: DuckDBPyConnection, files: TenantFiles, staged: StagedUnit, publication: Publication
) -> _Unit:
    return _Unit(staged, publication, _published(db, files, staged.facts.fiscal_year))


class NotAWholeYear(NotPublishable):
    """A load that is not complete was to replace what is published."""

    sentence = (
        "{unit}: the load covers {coverage}, and only a whole year, or all of a period, may "
        "replace what is published. Nothing was written; ask the source for that."
    )


class StillHeld(NotPublishable):
    """A load is held by controls of which not every break was accepted."""

    sentence = (
        "{unit}: held by {controls}. Nothing was written; mend the source and load again, or "
        "accept each break with a reason."
    )


def refuse_unfit(staged: StagedUnit, publication: Publication) -> None:
    """Let only a load pass that may replace what is published.

    Raises:
        UnitMismatch, NotPublishable: As `publish_units`.
    """
    publication.unit.require(staged.facts.unit, of="A staged load")
    unit = f"{staged.facts.tenant} {staged.facts.fiscal_year}"
    if not staged.facts.coverage.may_replace:
        raise NotAWholeYear(unit=unit, coverage=staged.facts.coverage)
    refuse_other_days(staged)
    held = [result.control for result in publication.results if _holds(result, publication)]
    if held:
        raise StillHeld(unit=unit, controls=", ".join(held))


def _holds(result: ControlResult, publication: Publication) -> bool:
    if not result.holds:
        return False
    # Breaks that were counted but not kept can only have been accepted all at once.
    if len(result.breaks) < result.break_count:
        return result.set_fingerprint not in publication.accepted
    return any(item.fingerprint not in publication.accepted for item in result.breaks)


def _published(db: DuckDBPyConnection, files: TenantFiles, year: FiscalYear) -> LoadRecord | None:
    if not files.database.exists():
        return None
    attach_read_only(db, files.database, PUBLISHED)
    record = current_load(db, year)
    detach(db)
    return record


def _is_published(
    db: DuckDBPyConnection, staged: StagedUnit, files: TenantFiles, *, before: LoadRecord
) -> bool:
    """Return whether all that a staged unit says is published already."""
    if staged.facts.coverage.is_whole_year:
        return before.digest == staged.digest
    bind_staged(db, staged, tables=MOVED)
    attach_read_only(db, files.database, PUBLISHED)
    find_touched(db)
    is_changed = changes_period(db, staged)
    detach(db)
    return not is_changed


def _publish(db: DuckDBPyConnection, units: Sequence[_Unit], files: TenantFiles) -> list[Published]:
    done = {
        unit.staged.facts.fiscal_year: Published(written=False, record=unit.before)
        for unit in units
        if unit.before and _is_published(db, unit.staged, files, before=unit.before)
    }
    to_write = [unit for unit in units if unit.staged.facts.fiscal_year not in done]
    if to_write:
        for unit, record in zip(to_write, _written(db, to_write, files), strict=True):
            done[unit.staged.facts.fiscal_year] = Published(written=True, record=record)
    return [done[unit.staged.facts.fiscal_year] for unit in units]


def _written(
    db: DuckDBPyConnection, units: Sequence[_Unit], files: TenantFiles
) -> list[LoadRecord]:
    """Replace units on a copy, each in a transaction of its own; the swap is for all of them."""
    if all(unit.before is None for unit in units):
        # A first load leaves no gaps; DuckDB would only shift its rows from group to group.
        db.execute("set max_vacuum_tasks = 0")
    with swapping(files) as copy:
        attach_copy(db, files, copy)
        records = [_replace(db, unit) for unit in units]
        reached("publish.committed")
        db.execute(f"checkpoint {PUBLISHED}")
        detach(db)
    db.execute("reset max_vacuum_tasks")  # the engine outlives this connection
    return records


def _replace(db: DuckDBPyConnection, unit: _Unit) -> LoadRecord:
    staged, publication, before = unit.staged, unit.publication, unit.before
    bind_staged(db, staged, tables=MOVED)
    db.execute("begin")
    rows = _rows(db, staged, load_id=publication.load_id, before=before)
    staged.check_files([*CANONICAL, "voucher_digest"])
    if before is not None:
        find_touched(db)
        insert_changes(db, publication)
    rows.keep()
    reached("publish.rows_kept")
    rows.remove()
    reached("publish.rows_removed")
    rows.insert()
    reached("publish.rows_inserted")
    rows.check()
    record = insert_load(db, staged, publication, before=before, tables=rows.tables())
    db.execute("commit")
    return record


def _rows(
    db: DuckDBPyConnection, staged: StagedUnit, *, load_id: str, before: LoadRecord | None
) -> UnitRows:
    if staged.facts.coverage.is_whole_year:
        return UnitRows(db, staged, load_id=load_id, before=before)
    refuse_misplaced(db, staged)
    # The first of a year's periods is all that there is of it.
    make = PeriodRows if before else UnitRows
    return make(db, staged, load_id=load_id, before=before)
