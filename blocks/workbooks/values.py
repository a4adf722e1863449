"""Stored values of workbooks as those of cells: decimals, dates, text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from blocks.workbooks.limits import WorkbookLimits
from ledger.statement.grid import Cell, Row, Value


def value_of(stored: object) -> Value | None:
    """Return what a cell holds; None when that is nothing.

    A binary number becomes the decimal of the shortest text that stands for it, at once: 0.1 is
    one tenth. A moment is its day; a time or a span is text, since no statement has any.
    """
    if isinstance(stored, bool):
        return stored
    if isinstance(stored, int | float):
        return number(stored)
    if isinstance(stored, dt.datetime):
        return stored.date()
    if isinstance(stored, dt.date):
        return stored
    text = "" if stored is None else str(stored)
    return text if text.strip() else None


def number(stored: float) -> Decimal:
    """Return a binary number as the shortest decimal that stands for it."""
    whole = int(stored) if abs(stored) < 2**53 and stored == int(stored) else None
    return Decimal(whole) if whole is not None else Decimal(repr(stored))


def rows_of(cells: Iterable[Cell], limits: WorkbookLimits, *, sheet: str) -> dict[int, Row]:
    """Return cells by row and column.

    Raises:
        StatementRefused: A text is longer than the limit.
    """
    rows: dict[int, dict[int, Cell]] = {}
    for cell in cells:
        if isinstance(cell.value, str):
            limits.check_text(len(cell.value), sheet=sheet, row=cell.row)
        rows.setdefault(cell.row, {})[cell.column] = cell
    return dict(rows)


def check_extent(rows: int, columns: int, limits: WorkbookLimits, *, sheet: str) -> None:
    """Refuse a sheet that reaches too far down or right.

    Raises:
        StatementRefused: It does.
    """
    limits.check("rows", rows, sheet=sheet)
    limits.check("columns", columns, sheet=sheet)
    limits.check("cells", rows * columns, sheet=sheet)


def covered(
    ranges: Iterable[tuple[int, int, int, int]],
) -> dict[tuple[int, int], tuple[int, int]]:
    """Return for each place that a merged cell covers the place that holds its value.

    Args:
        ranges: First row, last row, first column and last column of each, from 1.
    """
    return {
        (row, column): (top, left)
        for top, bottom, left, right in ranges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    }
