"""The table on which the operator's own SQL finds a staged unit, and nothing else."""

from __future__ import annotations

import pyarrow.dataset as ds
from duckdb import DuckDBPyConnection

from blocks.duck import lock
from blocks.staging import StagedUnit
from blocks.warehouse.attach import attach_published_or_nothing
from blocks.warehouse.files import TenantFiles
from blocks.warehouse.workbench import STAGED_TABLES, bind_facts_of
from ledger.schemas import EVIDENCE


def lay_out_locked(db: DuckDBPyConnection, staged: StagedUnit, files: TenantFiles) -> None:
    """Lay an engine's database out as `workbench.open_workbench` does, then lock it for good.

    The staged files are read by Arrow, so that DuckDB needs no right to open any. Their bytes are
    not compared again with those that were written.
    """
    db.execute("create schema staged; create schema if not exists unit")
    for table in STAGED_TABLES:
        _view(db, table, ds.dataset(staged.parquet(table)))
    for table, schema in EVIDENCE.items():
        is_there = bool(staged.facts.evidence_sha256)
        _view(db, table, ds.dataset(staged.parquet(table)) if is_there else schema.empty_table())
    bind_facts_of(db, staged)
    attach_published_or_nothing(db, files)
    lock(db)


def _view(db: DuckDBPyConnection, table: str, rows: object) -> None:
    db.register(f"rows_of_{table}", rows)
    db.execute(f"create view staged.{table} as from rows_of_{table}")
