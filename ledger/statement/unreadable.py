"""Cells that keep a statement from being read: errors, results that are not stored, texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ledger.statement import column_words, words
from ledger.statement.cells import periods_in
from ledger.statement.grid import Cell
from ledger.statement.refusals import StatementRefused
from ledger.statement.tables import Table
from ledger.statement.values import Column

MAX_NAMED: Final = 20
"""Cells that a refusal names."""


def check_cells(table: Table, columns: Sequence[Column]) -> None:
    """Refuse a table in which an amount of the books cannot be read.

    Raises:
        StatementRefused: A visible cell of the books is an error or a formula without a result, or
            a used one holds a text that is no amount.
    """
    used = [column.column for column in columns if column.use]
    shown = [c.column for c in columns if c.role.is_of_books and not c.is_hidden]
    cells = list(_cells(table, shown))
    _refuse(table, "formula_without_value", (c for c in cells if c.value is None))
    _refuse(table, "error_in_cell", (c for c in cells if c.error))
    _refuse(
        table, "amount_unreadable", (c for c in _cells(table, used) if _is_unreadable(table, c))
    )


def _cells(table: Table, columns: Sequence[int]) -> Iterator[Cell]:
    for row in sorted((*table.data_rows, *table.headings)):
        for column in columns:
            if cell := table.sheet.rows[row].get(column):
                yield cell


def _is_unreadable(table: Table, cell: Cell) -> bool:
    """Return whether a cell of a used column holds no amount where one was meant."""
    if table.reading.amount(cell) is not None or periods_in(cell):
        return False
    if cell.row in table.data_rows:
        return True
    if table.label(cell.row) in {text for _, text in table.titles}:
        return False  # the title again, on the next printed page
    is_heading = column_words.role_of(cell.text) or words.currency_of([cell.text])
    return bool(table.label(cell.row)) and not is_heading


def _refuse(table: Table, code: str, cells: Iterator[Cell]) -> None:
    sheet = f"{table.sheet.name}!" if table.sheet.name else ""
    places = [cell.place for cell in cells]
    if places:
        raise StatementRefused(code, places=sheet + ", ".join(places[:MAX_NAMED]))
