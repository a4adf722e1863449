"""Amounts: decimal from the source's text to the last table, debit positive, credit negative."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

MONEY_SCALE = 2
"""Decimals of an amount. SIE 4B §5.9 and every currency of the Nordic countries have two."""

QUANTITY_SCALE = 6
"""Decimals of a quantity (hours, pieces, litres)."""

MONEY = pa.decimal128(18, MONEY_SCALE)
QUANTITY = pa.decimal128(18, QUANTITY_SCALE)

ZERO = Decimal("0.00")


def decimal_column(
    values: npt.NDArray[np.int64],
    kind: pa.Decimal128Type,
    present: npt.NDArray[np.bool_] | None = None,
) -> pa.Array:
    """Make decimals of integers of the smallest unit, shape (rows,), without rounding."""
    words = np.empty((len(values), 2), np.int64)
    words[:, 0] = values
    words[:, 1] = values >> 63
    validity = None if present is None else pa.py_buffer(np.packbits(present, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [validity, pa.py_buffer(words)])
