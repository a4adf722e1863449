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
    """Return a query of one row: the table, count, sum of amounts, sum of row numbers."""
    return (
        f"select '{table}', count(*), {_amount_sum(table)}::decimal(38, 2),"  # noqa: S608 - names of ours only
        f" coalesce(sum({row_number_sql(table)}), 0)::hugeint"
        f" from {relation} where {where}"
    )


def numbered_rows_sql(table: str, relation: str, *, where: str = "true") -> str:
    """Return a query of voucher_key, number, row_number and amount of each row of a voucher table.

    The last two are 0 in a table that has none.
    """
    columns = CANONICAL[table].names
    row_number = "row_number" if table in NUMBERED_TABLES else "0::integer as row_number"
    amount = "amount" if "amount" in columns else "0::decimal(18, 2) as amount"
    return (
        f"select voucher_key, {row_number_sql(table)} as number, {row_number}, {amount}"  # noqa: S608 - names of ours only
        f" from {relation} where {where}"
    )


def _amount_sum(table: str) -> str:
    return "coalesce(sum(amount), 0)" if "amount" in CANONICAL[table].names else "0"
