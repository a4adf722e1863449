"""Publishing in the database: all of a load in one transaction, on one connection.

What is written, in order: what is replaced goes beside, rows that are gone are deleted, those that
are new or differ are put in their places, and the change list, the load record and what the
controls said come with them. A load whose rows are published already writes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from blocks.staging import StagedUnit
from blocks.steps import reached
from blocks.warehouse.evidence import (
    Publication,
    first_counts,
    keys_of,
    load_row,
    record_of,
    rows_of_load,
    touched_counts,
)
from blocks.warehouse.loads import current_load
from blocks.warehouse.periods import NAMED, refuse_found_elsewhere
from blocks.warehouse.postgresql.copying import copy_in
from blocks.warehouse.postgresql.fence import raise_fence
from blocks.warehouse.postgresql.period_rows import ServerPeriodRows
from blocks.warehouse.postgresql.server import Server, now
from blocks.warehouse.postgresql.staged import bind_facts, session_sql
from blocks.warehouse.postgresql.tenants import note
from blocks.warehouse.postgresql.unit_rows import ServerRows
from blocks.warehouse.publish import refuse_unfit
from blocks.warehouse.records import LoadRecord, Published
from ledger.schemas import CANONICAL

if TYPE_CHECKING:
    from blocks.warehouse.postgresql.cursor import Cursor


def publish_units(
    units: Sequence[tuple[StagedUnit, Publication]], server: Server
) -> list[Published]:
    """Make staged units what is published for a tenant and their fiscal years, all or none.

    The fence is raised in a transaction of its own, so that it holds whatever becomes of this
    load; and again in that of the load, where a later run that raised it meanwhile is met.

    Raises:
        As `Warehouse.publish_together`.
    """
    for staged, publication in units:
        refuse_unfit(staged, publication)
    tenant = units[0][1].unit.tenant
    with server.writing(tenant) as db:
        reached("publish.locked")
        _raise_fences(db, units)
    reached("publish.fenced")
    with server.writing(tenant) as db:
        _raise_fences(db, units)
        published = [_published(db, staged, publication) for staged, publication in units]
        if any(item.written for item in published):
            note(db, tenant)
    reached("publish.committed")
    return published


def _raise_fences(db: Cursor, units: Sequence[tuple[StagedUnit, Publication]]) -> None:
    for _, publication in units:
        unit = publication.unit
        raise_fence(db, unit.tenant, unit.year, publication.token)


def _published(db: Cursor, staged: StagedUnit, publication: Publication) -> Published:
    before = current_load(db, staged.facts.fiscal_year)
    is_whole = staged.facts.coverage.is_whole_year
    if before and is_whole and before.digest == staged.digest:
        return Published(written=False, record=before)
    staged.check_files([*CANONICAL, "voucher_digest"])
    bind_facts(db, staged)
    make = ServerRows if is_whole or before is None else ServerPeriodRows
    rows = make(db, staged, load_id=publication.load_id, before=before)
    rows.bind()
    if not is_whole:
        _refuse_misplaced(db, staged)
    if before and isinstance(rows, ServerPeriodRows) and not rows.is_changed():
        return Published(written=False, record=before)
    return Published(written=True, record=_replace(db, staged, publication, rows, before))


def _refuse_misplaced(db: Cursor, staged: StagedUnit) -> None:
    def keys(name: str) -> str:
        found = db.execute(session_sql(name)).fetchmany(NAMED)
        return ", ".join(key for (key,) in found)

    refuse_found_elsewhere(staged, keys)


def _replace(
    db: Cursor,
    staged: StagedUnit,
    publication: Publication,
    rows: ServerRows,
    before: LoadRecord | None,
) -> LoadRecord:
    if before is not None:
        _insert_changes(db, publication)
    rows.keep()
    reached("publish.rows_kept")
    rows.remove()
    reached("publish.rows_removed")
    rows.insert()
    reached("publish.rows_inserted")
    rows.check()
    touched = touched_counts(db) if before else first_counts(staged)
    record = record_of(
        staged, publication, before, touched=touched, tables=rows.tables(), now=now(db)
    )
    _insert_load(db, staged, publication, record)
    return record


def _insert_changes(db: Cursor, publication: Publication) -> None:
    db.execute(
        "insert into voucher_change (tenant, fiscal_year, load_id, change, voucher_key,"  # noqa: S608 - our own SQL file
        " voucher_series, voucher_number, date_before, date_after, debit_before, debit_after)"
        " select $tenant, $fiscal_year, $load_id, changes.*"
        f" from ({session_sql('change_list')}) as changes",
        keys_of(publication),
    )


def _insert_load(
    db: Cursor, staged: StagedUnit, publication: Publication, record: LoadRecord
) -> None:
    _insert_row(db, "load", load_row(record, staged, publication.rollback))
    for table, its in rows_of_load(publication, record.tables).items():
        if its.num_rows:
            _insert_rows(db, table, its, publication)


def _insert_row(db: Cursor, table: str, row: dict[str, Any]) -> None:
    values = ", ".join(f"${name}" for name in row)
    db.execute(f"insert into {table} ({', '.join(row)}) values ({values})", row)  # noqa: S608 - names of ours only


def _insert_rows(db: Cursor, table: str, rows: pa.Table, publication: Publication) -> None:
    """Insert rows that belong to a load; a table with row-level security takes no COPY."""
    names = ", ".join(rows.column_names)
    db.execute(f"create temp table coming (like {table}) on commit drop")
    for key in ("tenant", "fiscal_year", "load_id"):
        db.execute(f"alter table coming alter column {key} drop not null")
    copy_in(db, "coming", rows.to_batches(), columns=rows.column_names)
    db.execute(
        f"insert into {table} (tenant, fiscal_year, load_id, {names})"  # noqa: S608 - names of ours only
        f" select $tenant, $fiscal_year, $load_id, {names} from coming",
        keys_of(publication),
    )
    db.execute("drop table coming")
