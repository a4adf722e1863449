"""Workbooks of Excel 97-2003, by xlrd: values, formats, and what is hidden.

Such a file always stores a result for a formula, and xlrd does not say which cells are formulas, so
`Cell.is_formula` is never set.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

import xlrd

from blocks.workbooks.limits import WorkbookLimits
from blocks.workbooks.values import check_extent, covered, rows_of, value_of
from ledger.statement.grid import Book, Cell, Container, Sheet
from ledger.statement.refusals import StatementRefused

ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
"""Stream of a compound file that holds a newer workbook with a password."""


def read_xls(content: bytes, limits: WorkbookLimits) -> Book:
    """Read every worksheet, hidden ones too.

    Raises:
        StatementRefused: It is damaged, encrypted or passes a limit.
    """
    if ENCRYPTED_PACKAGE in content:
        raise StatementRefused("encrypted")
    book = _opened(content)
    limits.check("sheets", book.nsheets, sheet="The file")
    return Book(Container("xls"), tuple(_sheet(book, sheet, limits) for sheet in book.sheets()))


def _opened(content: bytes) -> Any:
    try:
        return xlrd.open_workbook(
            file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
        )
    except Exception as problem:  # noqa: BLE001 - xlrd raises many kinds on a damaged file
        code = "encrypted" if "encrypted" in str(problem).lower() else "damaged"
        raise StatementRefused(code) from None


def _sheet(book: Any, sheet: Any, limits: WorkbookLimits) -> Sheet:
    check_extent(sheet.nrows, sheet.ncols, limits, sheet=sheet.name)
    merged = [(top + 1, bottom, left + 1, right) for top, bottom, left, right in sheet.merged_cells]
    for top, bottom, left, right in merged:
        if (bottom - top + 1) * (right - left + 1) > limits.merged_cells:
            raise StatementRefused("merged_too_large", limit=limits.merged_cells)
    hidden_columns = (
        column + 1 for column, size in sheet.colinfo_map.items() if size.hidden or size.width == 0
    )
    return Sheet(
        sheet.name,
        rows_of(_cells(book, sheet), limits, sheet=sheet.name),
        hidden_rows=frozenset(row + 1 for row, size in sheet.rowinfo_map.items() if size.hidden),
        hidden_columns=frozenset(hidden_columns),
        merged=covered(merged),
        is_hidden=bool(sheet.visibility),
    )


def _cells(book: Any, sheet: Any) -> Iterator[Cell]:
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            cell = sheet.cell(row, column)
            value, is_error = _value(book, cell)
            if value is not None:
                look = book.xf_list[cell.xf_index]
                shape = book.format_map[look.format_key].format_str
                indent = look.alignment.indent_level
                yield Cell(row + 1, column + 1, value_of(value), shape, indent, error=is_error)


def _value(book: Any, cell: Any) -> tuple[object, bool]:
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None, False
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _date(book, cell.value), False
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value), False
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#ERROR"), True
    return (cell.value if not isinstance(cell.value, str) or cell.value.strip() else None), False


def _date(book: Any, serial: float) -> object:
    """Return the day of a serial; one that is none (a time, or out of range) stays a number."""
    try:
        return xlrd.xldate_as_datetime(serial, book.datemode) if serial >= 1 else serial
    except (ValueError, OverflowError):
        return serial
