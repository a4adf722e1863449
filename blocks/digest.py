r"""The version of a unit: a digest of its rows, the same in DuckDB, PostgreSQL and plain Python.

Each row becomes one text, its columns joined by ``|``: decimals at their scale, ISO dates,
integers as digits, NULL as ``\N``, ``\`` and ``|`` in a text escaped by ``\``. The low 60 bits of
that text's md5, its first 8 bytes taken as a little-endian number, are the row's number. A table is
its count of rows, the sum of its amounts and the sum of its rows' numbers: order and storage do not
matter.
A voucher's digest is the sum, modulo 2^60, over its own row and its rows in the voucher tables.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from ledger.money import ZERO
from ledger.schemas import CANONICAL

DIGEST_VERSION: Final = 1
"""Changes with the meaning of the digest; every unit is then published anew once."""

LOW_60_BITS: Final = (1 << 60) - 1

NOT_IN_DIGEST: Final = frozenset({"source_ref", "source_line"})
"""Where a row came from, not what it says: an editor's blank line changes no book."""

NUMBERED_TABLES: Final = ("posting", "posting_correction")
"""Tables whose key is the voucher and the row's number in it."""

WRITTEN_ALIKE: Final = (pa.types.is_decimal, pa.types.is_integer, pa.types.is_date32)
"""Types whose plain cast to text every engine writes the same way."""


class TableDigest(BaseModel):
    """What a table adds up to; equal digests mean equal rows, in whatever order.

    `amount_sum`: unit's currency, debit positive, 0.00 for a table without amounts.
    """

    model_config = ConfigDict(frozen=True)

    row_count: int = 0
    amount_sum: Decimal = ZERO
    md5_sum: int = 0


def unit_digest(tables: Mapping[str, TableDigest]) -> str:
    """Return the 64 hexadecimal digits that stand for all rows of a unit."""
    lines = [f"digest {DIGEST_VERSION}"]
    for name in sorted(CANONICAL):
        table = tables[name]
        lines.append(f"{name} {table.row_count} {table.amount_sum:.2f} {table.md5_sum}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def row_number_sql(table: str) -> str:
    """Return the SQL expression of a row's 60-bit number."""
    columns = ", '|', ".join(
        column_sql(field) for field in CANONICAL[table] if field.name not in NOT_IN_DIGEST
    )
    return f"(md5_number(concat({columns})) & {LOW_60_BITS}::uhugeint)::bigint"


def column_sql(field: pa.Field) -> str:
    r"""Return the SQL expression of one column's text; NULL becomes ``\N``.

    Raises:
        TypeError: A type whose text DuckDB and PostgreSQL do not write alike.
    """
    if pa.types.is_string(field.type):
        text = _escaped(field.name)
    elif any(known(field.type) for known in WRITTEN_ALIKE):
        text = f"{field.name}::varchar"
    else:
        raise TypeError(f"{field.name}: no portable text for {field.type}")
    return f"coalesce({text}, '\\N')" if field.nullable else text


def _escaped(name: str) -> str:
    # Almost no text holds either character, and looking is far cheaper than replacing.
    replaced = rf"replace(replace({name}, '\', '\\'), '|', '\|')"
    return (
        rf"case when contains({name}, '\') or contains({name}, '|') then {replaced} else {name} end"
    )


def table_digest_sql(table: str, relation: str, *, where: str = "true") -> str:
    """Return a query of one row: count, sum of amounts, sum of row numbers."""
    return (
        f"select count(*), {_amount_sum(table)}, coalesce(sum({row_number_sql(table)}), 0)"  # noqa: S608 - names of ours only
        f" from {relation} where {where}"
    )


def by_voucher_sql(table: str, relation: str, *, where: str = "true") -> str:
    """Return a query of one row per voucher: what its rows in a table add up to.

    voucher_key, row_count, amount_sum, md5_sum; row_bits: in a table of numbered rows, bit n is
    set when there is a row n (1 to 62); debit_sum: of booked rows. Vouchers themselves are not
    grouped: each comes once, or `voucher_digest` counts it twice.
    """
    if table == "voucher":
        return (
            "select voucher_key, 1 as row_count, 0::decimal(38, 2) as amount_sum,"  # noqa: S608 - names of ours only
            f" {row_number_sql(table)} as md5_sum, 0::decimal(38, 2) as debit_sum"
            f" from {relation} where {where}"
        )
    return (
        "select voucher_key, count(*) as row_count,"  # noqa: S608 - names of ours only
        f" {_amount_sum(table)}::decimal(38, 2) as amount_sum,"
        f" sum({row_number_sql(table)}) as md5_sum,"
        f" {_row_bits(table)} as row_bits,"
        f" {_debit_sum(table)}::decimal(38, 2) as debit_sum"
        f" from {relation} where {where} group by voucher_key"
    )


def _amount_sum(table: str) -> str:
    return "coalesce(sum(amount), 0)" if "amount" in CANONICAL[table].names else "0"


def _debit_sum(table: str) -> str:
    return "sum(case when amount > 0 then amount else 0 end)" if table == "posting" else "0"


def _row_bits(table: str) -> str:
    if table not in NUMBERED_TABLES:
        return "0"
    return "bit_or(case when row_number between 1 and 62 then 1::bigint << row_number else 0 end)"
