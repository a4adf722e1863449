"""Digesting a unit's tables where they lie: each row's md5 once, for its table and its voucher."""

from __future__ import annotations

from collections.abc import Callable

from duckdb import DuckDBPyConnection

from blocks.digest import TableDigest, by_voucher_sql, table_digest_sql
from blocks.settings import SQL
from ledger.schemas import CANONICAL, VOUCHER_TABLES


def digest_tables(
    db: DuckDBPyConnection, relation: Callable[[str], str], *, where: str = "true"
) -> dict[str, TableDigest]:
    """Digest every canonical table of one unit.

    Leaves the temporary tables ``<table>_by_voucher`` of the voucher tables and
    ``voucher_digest`` (voucher_key, digest) in the connection.

    Args:
        db: The connection.
        relation: Gives what stands after ``from`` for a table's name.
        where: A condition that picks the unit's rows.
    """
    for table in VOUCHER_TABLES:
        query = by_voucher_sql(table, relation(table), where=where)
        db.execute(f"create or replace temp table {table}_by_voucher as {query}")
    db.execute((SQL / "digest" / "voucher_digest.sql").read_text(encoding="utf-8"))
    return {
        table: _digest(
            db,
            _sum_of_groups(table)
            if table in VOUCHER_TABLES
            else table_digest_sql(table, relation(table), where=where),
        )
        for table in CANONICAL
    }


def _sum_of_groups(table: str) -> str:
    return (
        "select coalesce(sum(row_count), 0), coalesce(sum(amount_sum), 0),"  # noqa: S608 - names of ours only
        f" coalesce(sum(md5_sum), 0) from {table}_by_voucher"
    )


def _digest(db: DuckDBPyConnection, query: str) -> TableDigest:
    row = db.execute(query).fetchone() or (0, 0, 0)
    return TableDigest(row_count=row[0], amount_sum=row[1], md5_sum=row[2])
