"""What is published of a year beside its ledger: files on vouchers, VAT codes of accounts.

None of it is part of the unit's digest, and a publication of the ledger does not touch it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypedDict, Unpack

import pyarrow as pa
from duckdb import DuckDBPyConnection

from blocks.duck import duckdb_space_checked, quoted
from blocks.durable import space_checked
from blocks.settings import SQL
from blocks.steps import reached
from blocks.warehouse.attach import PUBLISHED, attach_copy, attach_published, detach, open_engine
from blocks.warehouse.fence import raise_fence
from blocks.warehouse.files import TenantFiles, swapping, writing
from ledger.fiscal_year import FiscalYear
from ledger.schemas import SIDE_TABLES
from ledger.voucher_key import voucher_name


@dataclass(frozen=True)
class DocumentCounts:
    """The documents of a year, those whose vouchers the ledger lacks, and vouchers without one."""

    documents: int = 0
    documents_without_voucher: int = 0
    vouchers_without_document: int = 0


MAX_DOCUMENTS: Final = 500
"""Documents returned at once."""


class DocumentQuery(TypedDict, total=False):
    """Which documents are wanted: of one voucher; one alone, once for each voucher that it is on.

    `first`: how many to leave out. `limit`: how many at most.
    """

    voucher_key: str
    document_id: str
    first: int
    limit: int


@dataclass(frozen=True)
class Document:
    """A document of a year, as the source connects it to a voucher.

    `connected_key`: the voucher's key as the source says it; `has_voucher`: whether the ledger has
    that voucher. `file_name`: a stranger's. `lake_address`: where its bytes lie, of `sha256`.
    """

    document_id: str
    document_kind: str
    connected_key: str
    has_voucher: bool
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str
    lake_address: str
    fetched_at: dt.datetime
    voucher_series: str = ""
    voucher_number: str = ""

    @property
    def voucher_name(self) -> str:
        """What its voucher is called."""
        return voucher_name(self.connected_key, self.voucher_series, self.voucher_number)


def publish_side_tables(
    files: TenantFiles, year: FiscalYear, tables: Mapping[str, pa.Table], *, token: int
) -> bool:
    """Replace a year's rows of some tables of `SIDE_TABLES`, and say whether anything changed.

    The fence is raised before the look: a run that was overtaken changes nothing between it and the
    writing, nor what it confirmed.

    Raises:
        StaleLease: A later run has acted on the unit; nothing was written.
        WriterBusy: Another publication of the tenant did not end.
        NoSpace: The disk is full; what was published is untouched.
    """
    doing = f"publishing for {files.tenant}"
    with space_checked(doing, files.root), duckdb_space_checked(doing, files.root):
        with writing(files):
            raise_fence(files, year, token)
        changed = _differing(files, year, tables)
        if changed:
            with writing(files):
                raise_fence(files, year, token)
                _replace(files, year, changed)
    return bool(changed)


def read_side_table(files: TenantFiles, name: str, *, year: FiscalYear | None = None) -> pa.Table:
    """Return the rows of a table of `SIDE_TABLES`, of one year or of all, in one order."""
    with open_engine(files) as db:
        if not attach_published(db, files):
            return SIDE_TABLES[name].empty_table()
        return _read(db, name, year=year)


def read_documents(
    files: TenantFiles,
    year: FiscalYear,
    **wanted: Unpack[DocumentQuery],
) -> list[Document]:
    """Return documents of a year in order of voucher, at most `MAX_DOCUMENTS`."""
    query = (SQL / "report" / "document.sql").read_text(encoding="utf-8")
    asked = asked_documents(year, wanted)
    with open_engine(files) as db:
        if not attach_published(db, files):
            return []
        db.execute(f"use {PUBLISHED}")
        return [Document(*row) for row in db.execute(query, asked).fetchall()]


def asked_documents(year: FiscalYear, wanted: DocumentQuery) -> dict[str, object]:
    """Return the parameters of the question for documents."""
    return {
        "fiscal_year": year.key,
        "voucher_key": wanted.get("voucher_key"),
        "document_id": wanted.get("document_id"),
        "first": wanted.get("first", 0),
        "limit": min(wanted.get("limit", MAX_DOCUMENTS), MAX_DOCUMENTS),
    }


def count_documents(files: TenantFiles, year: FiscalYear) -> DocumentCounts:
    """Count a year's documents against the vouchers of its ledger."""
    query = (SQL / "report" / "document_count.sql").read_text(encoding="utf-8")
    with open_engine(files) as db:
        if not attach_published(db, files):
            return DocumentCounts()
        db.execute(f"use {PUBLISHED}")
        row = db.execute(query, {"fiscal_year": year.key}).fetchone()
        return DocumentCounts(*(row or ()))


def _differing(
    files: TenantFiles, year: FiscalYear, tables: Mapping[str, pa.Table]
) -> dict[str, pa.Table]:
    with open_engine(files) as db:
        if not attach_published(db, files):
            return {name: rows for name, rows in tables.items() if rows.num_rows}
        return {
            name: rows
            for name, rows in tables.items()
            if not ordered(rows).equals(_read(db, name, year=year))
        }


def _read(db: DuckDBPyConnection, name: str, *, year: FiscalYear | None) -> pa.Table:
    columns = ", ".join(SIDE_TABLES[name].names)
    where = f"fiscal_year = {quoted(year.key)}" if year else "true"
    query = f"select {columns} from {PUBLISHED}.{name} where {where}"  # noqa: S608 - names of ours only
    # Read out row by row: a table of DuckDB's own would keep the file in use.
    rows = db.execute(query).fetchall()
    read = list(map(list, zip(*rows, strict=True))) if rows else [[] for _ in SIDE_TABLES[name]]
    return ordered(pa.table(read, schema=SIDE_TABLES[name]))


def _replace(files: TenantFiles, year: FiscalYear, tables: Mapping[str, pa.Table]) -> None:
    with swapping(files) as copy, open_engine(files) as db:
        attach_copy(db, files, copy)
        db.execute("begin")
        for name, rows in tables.items():
            _replace_table(db, files.tenant, year, name, rows)
        reached("documents.rows_replaced")
        db.execute("commit")
        db.execute(f"checkpoint {PUBLISHED}")
        detach(db)


def _replace_table(
    db: DuckDBPyConnection, tenant: str, year: FiscalYear, name: str, rows: pa.Table
) -> None:
    unit = {"tenant": tenant, "fiscal_year": year.key}
    db.execute(
        f"delete from {PUBLISHED}.{name} where fiscal_year = $fiscal_year",  # noqa: S608 - names of ours only
        {"fiscal_year": year.key},
    )
    db.register("beside", rows)
    db.execute(
        f"insert into {PUBLISHED}.{name} by name"  # noqa: S608 - as above
        " select $tenant as tenant, $fiscal_year as fiscal_year, beside.* from beside",
        unit,
    )
    db.unregister("beside")


def ordered(rows: pa.Table) -> pa.Table:
    """Return rows in the order of their columns."""
    return rows.sort_by([(name, "ascending") for name in rows.column_names]).combine_chunks()
