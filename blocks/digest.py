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
