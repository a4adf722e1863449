"""Which counts of nearest rows add up to a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from ledger.statement.rows import Rows, Word

CLOSE_SHARE: Final = 0.05
"""Of a total by which its parts may be off and still be known for them."""
CLOSE_SHARE_OF_ONE: Final = 0.0001
"""The same of a single part: two lines of a like size are common."""


def matches(rows: Rows, row: int, reach: Sequence[int]) -> list[int]:
    """Return the counts of nearest rows that add up to a row in every column that it fills."""
    shown = rows.present[row]
    if not reach or not shown.any():
        return []
    sums = np.cumsum(rows.figures[list(reach)][:, shown], axis=0)
    error = np.abs(sums - rows.figures[row][shown])
    exact = np.flatnonzero((error == 0).all(axis=1))
    if not len(exact) and _may_round(rows, row):
        allowed = rows.rounding * np.arange(2, len(reach) + 2)
        exact = np.flatnonzero((error <= allowed[:, None]).all(axis=1))
    return [int(place) + 1 for place in exact]


def nearly(rows: Rows, row: int, reach: Sequence[int]) -> int:
    """Return how many nearest rows add up to a row in half of its columns or more, 0 for none.

    A digit is wrong in one column far more often than a sum is right in another by chance.
    """
    shown = rows.present[row] & (rows.figures[row] != 0)
    if not reach or shown.sum() < 2:
        return 0
    sums = np.cumsum(rows.figures[list(reach)][:, shown], axis=0)
    fitting = (sums == rows.figures[row][shown]).sum(axis=1)
    counts = (int(place) + 1 for place in np.flatnonzero(2 * fitting >= shown.sum()))
    return next((k for k in counts if filled(rows, row, reach[:k]) > 1), 0)


def nearest(rows: Rows, row: int, reach: Sequence[int]) -> list[int]:
    """Return the nearest rows that come closest to a row, none when no count of them is close."""
    sums = np.cumsum(rows.figures[list(reach)], axis=0)
    errors = np.abs(sums - rows.figures[row]).max(axis=1)
    parts = list(reach[: int(np.argmin(errors)) + 1])
    return parts if is_close(rows, row, parts) else []


def is_close(rows: Rows, row: int, parts: Sequence[int], *, share: float = 0.0) -> bool:
    """Return whether parts come to a row but for a small share of it, in every column."""
    added = rows.figures[list(parts)].sum(axis=0)
    error = np.abs(added - rows.figures[row])
    share = share or (CLOSE_SHARE if len(parts) > 1 else CLOSE_SHARE_OF_ONE)
    return bool((error <= share * np.abs(rows.figures[row])).all())


def _may_round(rows: Rows, row: int) -> bool:
    """Return whether a row may be off by rounding: not when only its sum makes it a total."""
    return rows.rounding > 0 and rows.words[row] is not Word.OPEN


def adds_up(rows: Rows, row: int, parts: Sequence[int]) -> bool:
    """Return whether parts add up to a row in every column that it fills."""
    return len(parts) in matches(rows, row, parts)


def filled(rows: Rows, row: int, parts: Sequence[int]) -> int:
    """Return how many parts have a figure other than zero."""
    return int(rows.figures[list(parts)][:, rows.present[row]].any(axis=1).sum())


def with_zeros(rows: Rows, reach: Sequence[int], count: int) -> int:
    """Return a count of rows with the rows of zeros before them, up to a heading."""
    while (
        count < len(reach)
        and not rows.after_heading[reach[count - 1]]
        and not rows.figures[reach[count]].any()
    ):
        count += 1
    return count
