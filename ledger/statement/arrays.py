"""Figures of a table as whole numbers of its smallest unit, for adding up in columns."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

Figures = npt.NDArray[np.int64]

_WORD: Final = 1 << 64


def whole_numbers(amounts: Sequence[Sequence[Decimal | None]], scale: int) -> Figures:
    """Return amounts as whole numbers, shape (rows, columns); a missing one counts as zero.

    Numbers beyond 64 bits wrap round, as their sums do, so that equal sums stay equal.
    """
    rows = [[_whole(amount, scale) for amount in row] for row in amounts]
    return np.array(rows, np.int64).reshape(len(rows), -1)


def present(amounts: Sequence[Sequence[Decimal | None]]) -> npt.NDArray[np.bool_]:
    """Return where there is an amount, shape (rows, columns)."""
    rows = [[amount is not None for amount in row] for row in amounts]
    return np.array(rows, np.bool_).reshape(len(rows), -1)


def _whole(amount: Decimal | None, scale: int) -> int:
    number = int(amount.scaleb(scale)) if amount is not None else 0
    wrapped = number % _WORD
    return wrapped - _WORD if wrapped >= _WORD // 2 else wrapped
