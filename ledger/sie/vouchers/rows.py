"""The columns that #VER and #TRANS lines of one block are brought to, whichever path read them.

Amounts are int64 hundredths, debit positive; quantities int64 millionths; dates int32 days since
1970-01-01. What is missing is `NO_DATE`, a false in `has_quantity`, a null text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ledger.sie.text.lines import Mask, Places

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]

NO_DATE: Final = -(2**31)
"""No date, in a column of days."""


@dataclass(frozen=True)
class VoucherColumns:
    """#VER lines. Every array has shape (vouchers,).

    `opens`: the line ends in the ``{`` of its block.
    """

    series: pa.StringArray
    number: pa.StringArray
    date: Days
    text: pa.StringArray
    registered_on: Days
    registered_by: pa.StringArray
    opens: Mask

    def __len__(self) -> int:
        return len(self.date)


@dataclass(frozen=True)
class RowColumns:
    """#TRANS, #RTRANS and #BTRANS lines. Arrays have shape (rows,), the pairs' (pairs,).

    `readable`: false where the row has no account or amount, and is to be left out. `pair_row`:
    the row, ascending, that a dimension and object belong to.
    """

    account: pa.StringArray
    amount: Ints
    date: Days
    text: pa.StringArray
    quantity: Ints
    has_quantity: Mask
    registered_by: pa.StringArray
    readable: Mask
    pair_row: Places
    pair_dimension: pa.StringArray
    pair_object: pa.StringArray

    def __len__(self) -> int:
        return len(self.amount)


def part(rows: RowColumns, start: int, stop: int) -> RowColumns:
    """The rows from `start` up to `stop`, without copying them."""
    first, last = np.searchsorted(rows.pair_row, (start, stop)).tolist()
    cut = {
        item.name: getattr(rows, item.name)[
            slice(first, last) if item.name.startswith("pair_") else slice(start, stop)
        ]
        for item in fields(rows)
    }
    return replace(RowColumns(**cut), pair_row=cut["pair_row"] - start)


def drop_unreadable(rows: RowColumns) -> RowColumns:
    """Leave out the rows that are not readable."""
    keep = rows.readable
    if keep.all():
        return rows
    pairs = keep[rows.pair_row]
    places = np.cumsum(keep) - 1
    kept = {
        item.name: _filter(
            getattr(rows, item.name), pairs if item.name.startswith("pair_") else keep
        )
        for item in fields(rows)
    }
    return replace(RowColumns(**kept), pair_row=places[kept["pair_row"]])


def _filter(column: Any, keep: Mask) -> Any:
    return column[keep] if isinstance(column, np.ndarray) else column.filter(pa.array(keep))


_Columns = TypeVar("_Columns", VoucherColumns, RowColumns)


def interleave(fast: _Columns, exact: _Columns, is_exact: Mask) -> _Columns:
    """Bring what two paths read into the order of the lines.

    `is_exact`, shape (lines,): whether the line is the next of `exact` or of `fast`.
    """
    if not len(exact):
        return fast
    if not len(fast):
        return exact
    order = np.where(is_exact, np.cumsum(is_exact) - 1 + len(fast), np.cumsum(~is_exact) - 1)
    joined = {
        item.name: _take(_concat(getattr(fast, item.name), getattr(exact, item.name)), order)
        for item in fields(fast)
        if not item.name.startswith("pair_")
    }
    return type(fast)(**joined, **_interleave_pairs(fast, exact, is_exact))


def _interleave_pairs(fast: Any, exact: Any, is_exact: Mask) -> dict[str, Any]:
    if not isinstance(fast, RowColumns):
        return {}
    row = np.concatenate(
        [np.flatnonzero(~is_exact)[fast.pair_row], np.flatnonzero(is_exact)[exact.pair_row]]
    )
    order = np.argsort(row, kind="stable")
    return {
        "pair_row": row[order],
        "pair_dimension": _take(_concat(fast.pair_dimension, exact.pair_dimension), order),
        "pair_object": _take(_concat(fast.pair_object, exact.pair_object), order),
    }


def _concat(first: Any, second: Any) -> Any:
    if isinstance(first, np.ndarray):
        return np.concatenate([first, second])
    return pa.concat_arrays([first, second])


def _take(column: Any, order: Places) -> Any:
    return column[order] if isinstance(column, np.ndarray) else column.take(pa.array(order))


def texts(values: Sequence[str | None]) -> pa.StringArray:
    """A text column; empty text and none are the same statement in SIE."""
    return pa.array([value or None for value in values], pa.string())


def codes(values: Sequence[str]) -> pa.StringArray:
    """A column of numbers and codes, where empty is a value."""
    return pa.array(values, pa.string())


def date_column(values: Days) -> pa.Array:
    """Make dates of days; `NO_DATE` becomes null."""
    dates = pa.array(values, pa.int32()).view(pa.date32())
    missing = values == NO_DATE
    return (
        pc.if_else(pa.array(missing), pa.scalar(None, pa.date32()), dates)
        if missing.any()
        else dates
    )
