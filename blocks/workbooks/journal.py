"""A journal file that is a workbook, as the text of one: a sheet for each section.

Sheets of other names are left alone. Each section line says in which row its headings stand, so
that what is wrong is named by the row of the sheet.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from blocks.workbooks.limits import DEFAULT_LIMITS, WorkbookLimits
from blocks.workbooks.reader import COMPOUND, ZIP, read_workbook
from ledger.journal.layout import SECTIONS
from ledger.statement.grid import Cell, Sheet
from ledger.statement.refusals import StatementRefused

NEAR: Final = Decimal("0.0001")
"""How far a stored number may lie from whole cents to be meant so; one further away is named."""

CENT: Final = Decimal("0.01")

PLACES_NAMED: Final = 10


def text_of(content: bytes) -> bytes:
    """Return a journal file as text: a workbook is told by its first bytes, not by its name.

    Raises:
        StatementRefused: As `journal_text`.
    """
    return journal_text(content) if content.startswith((ZIP, COMPOUND)) else content


def journal_text(content: bytes, limits: WorkbookLimits = DEFAULT_LIMITS) -> bytes:
    """Return the sections of a workbook as the reader of journal files takes them.

    Raises:
        StatementRefused: It cannot be read, passes a limit, hides what it holds, or has a cell
            without a value.
    """
    sheets = {sheet.name: sheet for sheet in read_workbook(content, limits).sheets}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for name in SECTIONS:
        if sheet := sheets.get(name):
            _check_shown(sheet)
            _check_values(sheet)
            text.write(f"[{name}] 1\n")
            writer.writerows(_rows(sheet, len(SECTIONS[name])))
    return text.getvalue().encode()


def _rows(sheet: Sheet, width: int) -> Iterator[list[str]]:
    width = max([width, *(column for row in sheet.rows.values() for column in row)])
    for row in range(1, max(sheet.rows, default=1) + 1):
        cells = sheet.rows.get(row, {})
        yield [_text(cells.get(column)) for column in range(1, width + 1)]


def _text(cell: Cell | None) -> str:
    value = cell.value if cell else None
    if isinstance(value, Decimal):
        cents = value.quantize(CENT) if abs(value) < 10**16 else value
        return f"{cents.normalize() if abs(value - cents) <= NEAR else value:f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return "" if value is None else str(value).strip()


def _check_shown(sheet: Sheet) -> None:
    places = [
        cell.place
        for cell in sheet.cells()
        if cell.row in sheet.hidden_rows or cell.column in sheet.hidden_columns or sheet.is_hidden
    ]
    if places:
        raise StatementRefused("hidden_cells", sheet=sheet.name, places=_listed(places))


def _check_values(sheet: Sheet) -> None:
    if places := [cell.place for cell in sheet.cells() if cell.error]:
        raise StatementRefused("error_in_cell", places=_listed(places))
    if places := [cell.place for cell in sheet.cells() if cell.is_formula and cell.value is None]:
        raise StatementRefused("formula_without_value", places=_listed(places))


def _listed(places: list[str]) -> str:
    more = f" and {len(places) - PLACES_NAMED:,} more" if len(places) > PLACES_NAMED else ""
    return ", ".join(places[:PLACES_NAMED]) + more
