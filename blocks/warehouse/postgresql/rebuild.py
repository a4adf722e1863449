"""Putting a published year right in the database (`blocks.warehouse.rebuild`).

The books are laid out as a file and put right there; then the year's rows are written anew, all of
them, as this is rare.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from duckdb import DuckDBPyConnection

from blocks.digest import unit_digest
from blocks.duck import attach_read_only
from blocks.staging import StagedUnit
from blocks.warehouse.attach import PUBLISHED, open_engine
from blocks.warehouse.files import TenantFiles
from blocks.warehouse.loads import current_load
from blocks.warehouse.postgresql.copying import copy_in
from blocks.warehouse.postgresql.digests import digest_published
from blocks.warehouse.postgresql.fence import raise_fence, renew_fence
from blocks.warehouse.postgresql.laying_out import laid_out
from blocks.warehouse.postgresql.server import Server
from blocks.warehouse.postgresql.tables import table_columns
from blocks.warehouse.postgresql.tenants import note
from blocks.warehouse.rebuild import (
    OF_A_YEAR,
    Rebuilt,
    StillAltered,
    published_aside,
    rebuild_unit,
)
from ledger.unit import Unit

if TYPE_CHECKING:
    from blocks.warehouse.postgresql.cursor import Cursor

ROWS_AT_ONCE: Final = 122_880


def rebuild(
    server: Server,
    spill: Path,
    loads: Sequence[tuple[StagedUnit, str]],
    *,
    unit: Unit,
    digest: str,
    token: int,
    load_id: str,
    run_id: str,
) -> Rebuilt:
    """Make a year's rows those of its loads again.

    Raises:
        As `Warehouse.rebuild`; StaleLease if a later run acted on the unit meanwhile.
    """
    with server.writing(unit.tenant) as db:
        renew_fence(db, unit.tenant, [unit.year], token)
    with (
        laid_out(server, spill, unit.tenant, years=[unit.year], touching=False) as files,
        published_aside(files, loads, unit=unit, digest=digest) as aside,
    ):
        found = rebuild_unit(files, aside, unit=unit, token=token, load_id=load_id, run_id=run_id)
        if not found.is_intact:
            with server.writing(unit.tenant) as db:
                raise_fence(db, unit.tenant, unit.year, token)
                _write_anew(db, files, unit)
                note(db, unit.tenant)
    return found


def _write_anew(db: Cursor, files: TenantFiles, unit: Unit) -> None:
    with open_engine(files) as engine:
        attach_read_only(engine, files.database, PUBLISHED)
        for table in OF_A_YEAR:
            _replace(db, engine, table, unit)
    record = current_load(db, unit.year)
    found = unit_digest(digest_published(db, unit).tables)
    if record is None or record.digest != found:
        expected = record.digest if record else "nothing"
        raise StillAltered(unit=unit, found=found[:16], expected=expected[:16])


def _replace(db: Cursor, engine: DuckDBPyConnection, table: str, unit: Unit) -> None:
    about = {"tenant": unit.tenant, "year": unit.year.key}
    columns = ", ".join(column.name for column in table_columns()[table])
    query = f"select {columns} from {PUBLISHED}.{table} where fiscal_year = $year"  # noqa: S608 - names of ours only
    coming = engine.sql(query, params={"year": unit.year.key}).to_arrow_reader(ROWS_AT_ONCE)
    db.execute(f"create temp table coming (like {table}) on commit drop")
    copy_in(db, "coming", coming, columns=columns.split(", "))
    db.execute(f"delete from {table} where tenant = $tenant and fiscal_year = $year", about)  # noqa: S608 - as above
    db.execute(f"insert into {table} ({columns}) select {columns} from coming")  # noqa: S608 - as above
    db.execute("drop table coming")
