"""Which rows of a sheet are the heading of a table."""

from __future__ import annotations

from ledger.statement import column_words, words
from ledger.statement.accounts import account_text
from ledger.statement.cells import Reading, is_time_number, periods_in, shown
from ledger.statement.grid import Cell, Sheet
from ledger.statement.shapes import Shape, has_figure, is_percent, label_cell


def is_header(sheet: Sheet, reading: Reading, shape: Shape, row: int) -> bool:
    """Return whether a row has words or times where the amounts stand, and no amount.

    Years and days may be bare numbers: then its label is empty or a heading's.
    """
    cells = [cell for column in shape.amounts if (cell := sheet.rows.get(row, {}).get(column))]
    figures = [cell for cell in cells if has_figure(reading, cell)]
    if not cells or not all(is_time_number(cell) or _is_unit(cell) for cell in figures):
        return False
    if all(is_percent(cell) for cell in cells):
        return False
    return not figures or _has_header_label(sheet, shape, row)


def _is_unit(cell: Cell) -> bool:
    """Return whether a cell that looks like an amount may say the unit: "1 000 €"."""
    return words.unit_of([cell.text]) > 1


def _has_header_label(sheet: Sheet, shape: Shape, row: int) -> bool:
    label = shown(label_cell(sheet.rows[row], shape))
    if label:
        return column_words.is_heading_label(label)
    return account_text(sheet.rows[row].get(shape.account or 0)) is None


def header_above(sheet: Sheet, reading: Reading, shape: Shape, first: int) -> tuple[int, ...]:
    """Return the rows of the heading that is nearest above the first row with an amount."""
    above = (row for row in range(first - 1, 0, -1) if is_header(sheet, reading, shape, row))
    last = next(above, 0)
    return _upwards(sheet, reading, shape, last) if last else ()


def _upwards(sheet: Sheet, reading: Reading, shape: Shape, last: int) -> tuple[int, ...]:
    top = last
    while is_header(sheet, reading, shape, top - 1):
        top -= 1
    return tuple(range(top, last + 1))


def header_between(
    sheet: Sheet, reading: Reading, shape: Shape, above: int, below: int
) -> tuple[int, ...]:
    """Return the heading of a new table between two rows with amounts; none when there is none."""
    for row in range(below - 1, above, -1):
        if is_header(sheet, reading, shape, row) and _names_columns(sheet, shape, row):
            return tuple(r for r in _upwards(sheet, reading, shape, row) if r > above)
    return ()


def row_texts(sheet: Sheet, row: int) -> dict[int, str]:
    """Return the texts of a row by column, to compare headings by."""
    return {column: shown(cell) for column, cell in sheet.rows.get(row, {}).items()}


def _names_columns(sheet: Sheet, shape: Shape, row: int) -> bool:
    cells = [sheet.rows[row].get(column) for column in shape.amounts]
    return any(periods_in(cell) or column_words.role_of(shown(cell)) for cell in cells if cell)
