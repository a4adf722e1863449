"""Digesting a unit's rows as the transaction sees them, by what digests staged rows."""

from __future__ import annotations

from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

from blocks.duck import open_duckdb
from blocks.row_digests import ROWS_AT_ONCE, DigestedRows, UnitDigests
from blocks.row_numbers import row_numbers
from blocks.warehouse.postgresql.copying import copy_out
from ledger.schemas import CANONICAL
from ledger.unit import Unit

if TYPE_CHECKING:
    from blocks.warehouse.postgresql.cursor import Cursor


def digest_published(db: Cursor, unit: Unit) -> UnitDigests:
    """Digest a unit's published rows."""
    digested = DigestedRows()
    with open_duckdb(spill=Path(gettempdir()), rows=ROWS_AT_ONCE) as engine:
        for name, schema in CANONICAL.items():
            query = (
                f"select {', '.join(schema.names)} from {name}"  # noqa: S608 - names of ours only
                " where tenant = $tenant and fiscal_year = $year"
            )
            parameters = {"tenant": unit.tenant, "year": unit.year.key}
            for piece in copy_out(db, query, schema, parameters):
                for batch in piece.to_batches(max_chunksize=ROWS_AT_ONCE):
                    (numbers,) = row_numbers(engine, [(name, batch)])
                    digested.add(name, batch, numbers)
    return digested.digests()
