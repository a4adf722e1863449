"""Workbooks of Excel 2007 and later: values by calamine, what is hidden or computed by openpyxl."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from typing import Any, Final

from python_calamine import CalamineWorkbook

from blocks.workbooks.limits import WorkbookLimits
from blocks.workbooks.packed import Parts
from blocks.workbooks.values import check_extent, covered, rows_of, value_of
from ledger.statement.grid import Book, Cell, Container, Sheet
from ledger.statement.refusals import StatementRefused

_MERGED: Final = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref\s*=\s*[\"']([^\"']+)")
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)


def read_xlsx(content: bytes, parts: Parts, limits: WorkbookLimits) -> Book:
    """Read every worksheet, hidden ones too.

    Args:
        content: The file.
        parts: Its parts, unpacked within the limits (`blocks.workbooks.packed`).
        limits: What one file may cost.

    Raises:
        StatementRefused: It is damaged or passes a limit.
    """
    sheets = [part for name, part in parts.items() if _SHEET.fullmatch(name)]
    limits.check("sheets", len(sheets), sheet="The file")
    for part in sheets:
        _check_merged(part, limits)
    looks = _opened(content, data_only=False)
    _check_extents(looks, limits)
    try:
        return Book(Container("xlsx"), tuple(_sheets(content, looks, limits)))
    except StatementRefused:
        raise
    except Exception:  # noqa: BLE001 - calamine raises many kinds on a damaged part
        raise StatementRefused("damaged") from None


def _opened(content: bytes, *, data_only: bool) -> Any:
    """Open with openpyxl, which keeps only cells that the file names."""
    from openpyxl import load_workbook  # noqa: PLC0415 - slow, and only when a workbook comes

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that no statement needs
        try:
            return load_workbook(io.BytesIO(content), data_only=data_only, keep_links=False)
        except Exception:  # noqa: BLE001 - openpyxl raises many kinds on a damaged part
            raise StatementRefused("damaged") from None


def _check_merged(part: bytes, limits: WorkbookLimits) -> None:
    """Look at merged cells before openpyxl does: it makes every cell that they cover."""
    from openpyxl.utils.cell import range_boundaries  # noqa: PLC0415 - as above

    for reference in _MERGED.findall(part):
        try:
            left, top, right, bottom = range_boundaries(reference.decode("ascii"))
            area = (right - left + 1) * (bottom - top + 1)
        except (ValueError, TypeError):
            raise StatementRefused("damaged") from None
        if area > limits.merged_cells:
            raise StatementRefused("merged_too_large", limit=limits.merged_cells)


def _check_extents(looks: Any, limits: WorkbookLimits) -> None:
    """Look how far each sheet reaches before calamine does: it makes every cell up to there."""
    for look in looks.worksheets:
        places = [place for place, cell in _cells(look) if cell.value is not None]
        rows = max((row for row, _ in places), default=0)
        columns = max((column for _, column in places), default=0)
        check_extent(rows, columns, limits, sheet=look.title)


def _cells(look: Any) -> Any:
    return look._cells.items()  # noqa: SLF001 - the public ways make every cell in between


def _sheets(content: bytes, looks: Any, limits: WorkbookLimits) -> Iterator[Sheet]:
    values = CalamineWorkbook.from_filelike(io.BytesIO(content))
    stored = _Stored(content)
    for look in looks.worksheets:
        rows = values.get_sheet_by_name(look.title).to_python(skip_empty_area=False)
        cells = _sheet_cells(look, rows, stored)
        merged = [(r.min_row, r.max_row, r.min_col, r.max_col) for r in look.merged_cells.ranges]
        yield Sheet(
            look.title,
            rows_of(cells, limits, sheet=look.title),
            hidden_rows=_hidden_rows(look),
            hidden_columns=_hidden_columns(look, limits),
            merged=covered(merged),
            is_hidden=look.sheet_state != "visible",
        )


def _sheet_cells(look: Any, rows: list[list[Any]], stored: _Stored) -> Iterator[Cell]:
    for (row, column), shown in sorted(_cells(look)):
        if shown.value is None:
            continue
        value = rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[0]) else None
        result = shown
        if shown.data_type == "f" and value in ("", None):
            result = stored.cell(look.title, row, column)
            if result.data_type in ("s", "str"):
                continue  # a formula whose result is an empty text
        is_error = result.data_type == "e"
        yield Cell(
            row,
            column,
            str(result.value) if is_error else value_of(value),
            str(shown.number_format),
            int(shown.alignment.indent or 0),
            shown.data_type == "f",
            is_error,
        )


class _Stored:
    """Results of formulas as openpyxl sees them, for those of which calamine says nothing.

    It says nothing of an error, of an empty text and of a result that is not stored. The file is
    opened once more, if it comes to that.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._book: Any = None

    def cell(self, sheet: str, row: int, column: int) -> Any:
        self._book = self._book or _opened(self._content, data_only=True)
        return self._book[sheet].cell(row, column)


def _hidden_rows(look: Any) -> frozenset[int]:
    return frozenset(
        row for row, size in look.row_dimensions.items() if size.hidden or size.height == 0
    )


def _hidden_columns(look: Any, limits: WorkbookLimits) -> frozenset[int]:
    return frozenset(
        column
        for size in look.column_dimensions.values()
        if size.hidden or size.width == 0
        for column in range(size.min or 1, min(size.max or 1, limits.columns) + 1)
    )
