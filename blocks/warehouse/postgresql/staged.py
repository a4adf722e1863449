"""A staged unit's rows in tables of the transaction's own, beside what is published.

A table that lasts for a transaction cannot stand in a schema of our naming, so what the statements
of ``data/sql/publish`` call ``staged.voucher`` is ``staged_voucher`` here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from blocks.staging import StagedUnit
from blocks.warehouse.evidence import publish_sql
from blocks.warehouse.postgresql.copying import copy_in, copy_out
from blocks.warehouse.postgresql.tables import postgresql_type_of
from blocks.warehouse.workbench import covered_days

if TYPE_CHECKING:
    from blocks.warehouse.postgresql.cursor import Cursor

BATCH_ROWS: Final = 65_536
"""Rows of a staged file that are sent at once."""

KEYS: Final = pa.schema([("voucher_key", pa.string())])


def bind_facts(db: Cursor, staged: StagedUnit) -> None:
    """Make ``unit_facts``, of which the statements need the year and the days that are covered."""
    db.execute("drop table if exists unit_facts")
    days = covered_days(staged.facts.fiscal_year, staged.facts.coverage)
    named = ", ".join(f"${name} as {name}" for name in days)
    db.execute(f"create temp table unit_facts on commit drop as select {named}", days)


def bind_staged(db: Cursor, staged: StagedUnit, table: str, *, only: pa.Array | None) -> None:
    """Make ``staged_<table>`` of a staged file, or of its rows whose vouchers are among `only`."""
    file = pq.ParquetFile(staged.parquet(table))
    schema = file.schema_arrow
    columns = ", ".join(
        f"{its.name} {postgresql_type_of(its.type)}{' not null' * (not its.nullable)}"
        for its in schema
    )
    db.execute(f"drop table if exists staged_{table}")
    db.execute(f"create temp table staged_{table} ({columns}) on commit drop")
    copy_in(db, f"staged_{table}", _batches(file, only))
    db.execute(f"analyze staged_{table}")


def find_touched(db: Cursor) -> pa.Array:
    """Make ``touched``, and return the keys of the vouchers in it; facts and digests are bound."""
    db.execute("drop table if exists touched")
    db.execute(f"create temp table touched on commit drop as {session_sql('touched')}")
    db.execute("analyze touched")
    found = list(copy_out(db, "select voucher_key from touched", KEYS))
    return pa.concat_tables([KEYS.empty_table(), *found])["voucher_key"].combine_chunks()


def session_sql(name: str) -> str:
    """Return a statement of ``data/sql/publish``, about this transaction's tables."""
    text = publish_sql(name)
    return text.replace("staged.", "staged_").replace("unit.facts", "unit_facts")


def _batches(file: pq.ParquetFile, only: pa.Array | None) -> Iterator[pa.RecordBatch]:
    for batch in file.iter_batches(BATCH_ROWS):
        if only is None:
            yield batch
        else:
            yield batch.filter(pc.is_in(batch["voucher_key"], value_set=only))
