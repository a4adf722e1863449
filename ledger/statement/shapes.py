"""Which columns of a sheet hold accounts, labels and figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from ledger.statement import column_words, words
from ledger.statement.accounts import account_text, is_code
from ledger.statement.cells import Reading, shown
from ledger.statement.grid import Cell, Row, Sheet

LEFTMOST_SHARE: Final = 0.6
"""Of the texts in the fullest column that the label column, further left, must have."""


@dataclass(frozen=True)
class Shape:
    """The columns of a sheet; those of figures lie right of the labels."""

    label: int
    account: int | None
    amounts: tuple[int, ...]


def find_shape(sheet: Sheet, reading: Reading) -> Shape | None:
    """Return the columns of a sheet; None when it has no label beside a figure."""
    account = _account_column(sheet, reading)
    label = _label_column(sheet, reading, account)
    if label is None:
        return None
    filled = {
        cell.column for cell in sheet.cells() if has_figure(reading, cell) or is_percent(cell)
    }
    amounts = sorted(column for column in filled if column > label and column != account)
    return Shape(label, account, tuple(amounts))


def label_cell(row: Row, shape: Shape) -> Cell | None:
    """Return the cell of a row's label: where most have it, or else the first text before figures.

    Exports put each level of a statement in a column of its own, and a total's label where others
    have their account.
    """
    if cell := row.get(shape.label):
        return cell
    end = min(shape.amounts, default=shape.label + 1)
    texts = (row[place] for place in sorted(row) if place < end)
    return next((cell for cell in texts if cell.text and not is_code(cell)), None)


def is_named(row: Row, shape: Shape) -> bool:
    """Return whether a row has a label or an account."""
    account = row.get(shape.account) if shape.account else None
    return label_cell(row, shape) is not None or account_text(account) is not None


def has_figure(reading: Reading, cell: Cell | None) -> bool:
    """Return whether a cell holds an amount, or a formula that should have made one."""
    if cell is None:
        return False
    return cell.value is None or cell.error or reading.amount(cell) is not None


def is_percent(cell: Cell) -> bool:
    """Return whether a cell is a percentage, as a number or as text."""
    return "%" in cell.number_format or (cell.text.endswith("%") and cell.text[:1] in "-0123456789")


def _account_column(sheet: Sheet, reading: Reading) -> int | None:
    """Return the column of account numbers: left of all texts, or with a heading that says so."""
    columns = sorted({cell.column for cell in sheet.cells()})
    found = (column for column in columns if _holds_accounts(sheet, reading, column))
    return next(found, None)


def _holds_accounts(sheet: Sheet, reading: Reading, column: int) -> bool:
    rows = [row for _, row in sorted(sheet.rows.items()) if column in row]
    figures = [row for row in rows if has_figure(reading, row[column])]
    numbers = [text for row in figures if (text := account_text(row[column]))]
    codes = [row for row in figures if is_code(row[column])]
    if len(numbers) <= len(codes) / 2 or len(codes) < len(figures):
        return False
    heads = [shown(row[column]).casefold() for row in rows if not has_figure(reading, row[column])]
    if any(map(column_words.LINE_HEADERS.fullmatch, heads)) or _counts_lines(figures):
        return False
    if any(column_words.ACCOUNT_HEADERS.fullmatch(head) for head in heads):
        return True
    is_first = not any(_has_text_before(reading, row, column) for row in figures)
    has_name = sum(_has_text_after(reading, row, column) for row in figures)
    return is_first and len(set(numbers)) == len(numbers) > 1 and has_name > len(numbers) / 2


def _counts_lines(rows: list[Row]) -> bool:
    """Return whether numbers stand before lines that no chart has as an account."""
    labels = (words.bare(cell.text) for row in rows for cell in row.values())
    return any(map(words.ONLY_LINES.match, labels))


def _has_text_before(reading: Reading, row: Row, column: int) -> bool:
    return any(reading.is_text(cell) for place, cell in row.items() if place < column)


def _has_text_after(reading: Reading, row: Row, column: int) -> bool:
    return any(reading.is_text(cell) for place, cell in row.items() if place > column)


def _label_column(sheet: Sheet, reading: Reading, account: int | None) -> int | None:
    """Return the leftmost column of names: of the accounts, or beside the figures."""
    texts: Counter[int] = Counter()
    for row in sheet.rows.values():
        is_counted = (
            account_text(row.get(account)) is not None
            if account is not None
            else any(has_figure(reading, cell) for cell in row.values())
        )
        if is_counted:
            texts.update(c.column for c in row.values() if reading.is_text(c))
    if not texts:
        return account
    most = max(texts.values())
    return min(column for column, count in texts.items() if count >= most * LEFTMOST_SHARE)
