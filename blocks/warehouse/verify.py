"""Verifying: the published rows are digested anew and compared with what was loaded."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from blocks.digest import unit_digest
from blocks.row_digests import ROWS_AT_ONCE, DigestedRows, UnitDigests
from blocks.row_numbers import row_numbers
from blocks.settings import SQL
from blocks.warehouse.errors import NoLedger
from blocks.warehouse.loads import current_load
from blocks.warehouse.records import CHANGES_LISTED, Verification
from ledger.fiscal_year import FiscalYear
from ledger.schemas import CANONICAL


def verify_unit(db: DuckDBPyConnection, tenant: str, year: FiscalYear) -> Verification:
    """Digest a unit's published tables anew; ``published`` is attached.

    Raises:
        NoLedger: The unit is not published.
    """
    record = current_load(db, year)
    if record is None:
        raise NoLedger(tenant=tenant, fiscal_year=year.key)
    digests = digest_published(db, year)
    db.register("voucher_digest", digests.vouchers)
    tables = digests.tables
    return Verification(
        record=record,
        digest=unit_digest(tables),
        tables=tuple(name for name in tables if tables[name] != record.tables.get(name)),
        vouchers=_altered_vouchers(db, year),
    )


def digest_published(db: DuckDBPyConnection, year: FiscalYear) -> UnitDigests:
    """Digest a unit's rows as a connection sees them, its transaction under way included."""
    return digest_tables(db, year, of="published")


def digest_tables(db: DuckDBPyConnection, year: FiscalYear, *, of: str) -> UnitDigests:
    """Digest a unit's rows of the canonical tables of a database or schema."""
    digested = DigestedRows()
    # DuckDB streams into Arrow only where no other result is open.
    with db.cursor() as alone:
        for name, schema in CANONICAL.items():
            columns = ", ".join(schema.names)
            query = f"select {columns} from {of}.{name} where fiscal_year = $year"  # noqa: S608 - names of ours only
            rows = db.sql(query, params={"year": year.key}).to_arrow_reader(ROWS_AT_ONCE)
            for batch in rows:
                (numbers,) = row_numbers(alone, [(name, batch)])
                digested.add(name, batch, numbers)
    return digested.digests()


def _altered_vouchers(db: DuckDBPyConnection, year: FiscalYear) -> tuple[str, ...]:
    query = (SQL / "digest" / "voucher_altered.sql").read_text(encoding="utf-8")
    rows = db.execute(query, {"fiscal_year": year.key}).fetchmany(CHANGES_LISTED)
    return tuple(key for (key,) in rows)
