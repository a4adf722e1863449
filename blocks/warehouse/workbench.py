"""The table on which a staged unit lies beside what is published, so that SQL can compare them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.duck import quoted
from blocks.staging import StagedUnit
from blocks.warehouse.attach import (
    PUBLISHED,
    attach_published_or_nothing,
    open_engine,
    open_published,
)
from blocks.warehouse.files import TenantFiles
from blocks.warehouse.records import LoadRecord
from ledger.coverage import WHOLE_YEAR, Coverage
from ledger.fiscal_year import FiscalYear
from ledger.schemas import CANONICAL, EVIDENCE

STAGED_TABLES: Final = (*CANONICAL, "voucher_digest", "diagnostic")


@contextmanager
def open_workbench(staged: StagedUnit, files: TenantFiles) -> Iterator[DuckDBPyConnection]:
    """Yield an in-memory connection with ``staged``, ``published`` and ``unit``.

    ``staged.<table>``: the canonical tables of the one unit, those of evidence (empty when the
    source was asked for none), voucher_digest and diagnostic.
    ``published.<table>``: all years of the tenant, with ``tenant`` and ``fiscal_year`` in front;
    empty tables when nothing is published yet. ``unit.facts``: one row (`bind_facts`).
    Nothing that is done here is kept.
    """
    rows = staged.tables["posting"].row_count
    with open_engine(files, rows=rows) as db:
        bind_staged(db, staged)
        _bind_evidence(db, staged)
        attach_published_or_nothing(db, files)
        yield db


@contextmanager
def open_published_unit(record: LoadRecord, files: TenantFiles) -> Iterator[DuckDBPyConnection]:
    """Yield a connection laid out as `open_workbench`'s, with what is published of a year.

    ``staged.<table>``: the canonical tables of that year as they are published. ``unit.facts``:
    what the load record knows of the source.
    """
    with open_published(files) as db:
        db.execute("create schema staged; create schema unit")
        for table, schema in CANONICAL.items():
            columns = ", ".join(schema.names)
            of_year = f"fiscal_year = {quoted(record.fiscal_year.key)}"
            query = f"select {columns} from {PUBLISHED}.{table} where {of_year}"  # noqa: S608 - quoted
            db.execute(f"create view staged.{table} as {query}")
        facts = {
            "tenant": record.tenant,
            "start_date": record.fiscal_year.start_date,
            "end_date": record.fiscal_year.end_date,
            "source": record.source,
            "source_kind": record.source_kind,
            "coverage": str(WHOLE_YEAR),
        }
        bind_facts(db, facts, year=record.fiscal_year, coverage=WHOLE_YEAR)
        yield db


def bind_staged(
    db: DuckDBPyConnection, staged: StagedUnit, *, tables: Sequence[str] = STAGED_TABLES
) -> None:
    """Create the schemas ``staged``, with some of its tables, and ``unit`` in a connection.

    Raises:
        StageUnusable: A file no longer has the bytes that were written.
    """
    staged.check_files(tables)
    db.execute("create schema if not exists staged; create schema if not exists unit")
    for table in tables:
        db.execute(
            f"create or replace view staged.{table} as from {read_staged_sql(staged, table)}"
        )
    bind_facts_of(db, staged)


def bind_facts_of(db: DuckDBPyConnection, staged: StagedUnit) -> None:
    """Create ``unit.facts`` of a staged unit."""
    facts = staged.facts
    known = facts.model_dump(exclude={"account_classes", "excluded_dimensions"})
    bind_facts(db, known, year=facts.fiscal_year, coverage=facts.coverage)


def bind_facts(
    db: DuckDBPyConnection, facts: Mapping[str, object], *, year: FiscalYear, coverage: Coverage
) -> None:
    """Create ``unit.facts``: facts of a source, the key of its year, and the days that it covers.

    ``first_covered``, ``last_covered``: of a period; of any other coverage all days that there are,
    so that a voucher whose date lies outside of its year is covered too.
    """
    row = {**facts, **covered_days(year, coverage)}
    columns = ", ".join(f"${name} as {name}" for name in row)
    db.execute(f"create or replace table unit.facts as select {columns}", row)


def covered_days(year: FiscalYear, coverage: Coverage) -> dict[str, object]:
    """Return the key of a year, and the days of it that a coverage means (`bind_facts`)."""
    return {
        "fiscal_year": year.key,
        "is_period": coverage.first is not None,
        "first_covered": coverage.first or dt.date.min,
        "last_covered": coverage.last or dt.date.max,
    }


def read_staged_sql(staged: StagedUnit, table: str) -> str:
    """Return what stands after ``from`` to read a staged table."""
    return f"read_parquet({quoted(staged.parquet(table))})"


def _bind_evidence(db: DuckDBPyConnection, staged: StagedUnit) -> None:
    staged.check_files(EVIDENCE if staged.facts.evidence_sha256 else ())
    for table, schema in EVIDENCE.items():
        if staged.facts.evidence_sha256:
            db.execute(f"create view staged.{table} as from {read_staged_sql(staged, table)}")
        else:
            db.register("nothing", schema.empty_table())
            db.execute(f"create table staged.{table} as from nothing")
