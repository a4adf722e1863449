"""Reports of ours, wherever they were saved again: they prove nothing of the books they come from.

Source:
    R-FIN-13: a statement is recognised by its layout, never by its figures, which are to be equal.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from ledger.statement.grid import Book, Row, Sheet

ROWS_LOOKED_AT: Final = 50
"""Rows from the top in which the headings of a report are looked for."""

HEADINGS: Final = (
    frozenset({"name sv", "name en"}),
    frozenset({"account number", "opening", "movement", "closing"}),
    frozenset({"line", "in english"}),
)
"""Headings of our reports that no accounting program has: of commands, exports and pages."""


def is_own_report(book: Book) -> bool:
    """Return whether a file has the layout of one of our reports."""
    return any(_is_own(sheet) for sheet in book.sheets)


def _is_own(sheet: Sheet) -> bool:
    rows = islice(sorted(sheet.rows), ROWS_LOOKED_AT)
    found = [_headings(sheet.rows[row]) for row in rows]
    return any(own <= headings for headings in found for own in HEADINGS)


def _headings(row: Row) -> set[str]:
    return {cell.text.casefold().replace("_", " ") for cell in row.values()}
