"""The rows of a statement: label, account and amounts, before totals and signs are known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from ledger.statement import words
from ledger.statement.accounts import BEFORE_NAME
from ledger.statement.grid import Cell
from ledger.statement.notes import Notes
from ledger.statement.numbers import MAX_DIGITS
from ledger.statement.refusals import StatementRefused
from ledger.statement.sections import account_of
from ledger.statement.tables import Table
from ledger.statement.unreadable import check_cells
from ledger.statement.values import Column, Place

CENT_TOLERANCE: Final = Decimal("0.0001")
"""How far a stored number may be from its cents in silence: what adding in binary leaves."""
CENTS: Final = 2
"""Decimals of an amount in whole currency."""
_FOOTNOTE: Final = re.compile(r"\s*(?:\d{1,2}\)|\*{1,3}|[\u00b9\u00b2\u00b3])\s*$")


@dataclass(frozen=True)
class RawLine:
    """One row: amounts by column as printed, rounded to the statement's smallest unit."""

    row: int
    label: str
    label_in_file: str
    account: str | None
    indent: int
    amounts: Mapping[int, Decimal]
    is_hidden: bool
    credits: frozenset[int] = frozenset()
    """Columns whose amounts are printed without a sign and negative for the word behind them."""


def read_lines(table: Table, columns: Sequence[Column], places: int, notes: Notes) -> list[RawLine]:
    """Return the rows with a figure of the books, hidden ones too.

    Args:
        table: Where they stand.
        columns: Every column of figures.
        places: Decimals of an amount in the statement's unit.
        notes: Where an amount is named that is no number of cents.

    Raises:
        StatementRefused: A used amount cannot be read, is an error, is not stored or too large.
    """
    check_cells(table, columns)
    sides = _side_columns(table, columns)
    kept = [column for column in columns if column.role.is_of_books]
    lines = (_line(table, row, kept, places, notes) for row in table.data_rows)
    return [_with_sides(table, line, sides) for line in lines if line.amounts]


def _side_columns(table: Table, columns: Sequence[Column]) -> list[int]:
    """Return the columns of figures with another right behind that says debit or credit."""
    known = words.DEBIT_SIGNS | words.CREDIT_SIGNS
    return [
        column.column
        for column in columns
        if (texts := [_text(table, row, column.column + 1) for row in table.data_rows])
        and any(texts)
        and {text for text in texts if text} <= known
    ]


def _with_sides(table: Table, line: RawLine, sides: Sequence[int]) -> RawLine:
    """Return a line whose amounts are negative where a word behind them says credit."""
    credit = [c for c in sides if _text(table, line.row, c + 1) in words.CREDIT_SIGNS]
    amounts = {c: -amount if c in credit else amount for c, amount in line.amounts.items()}
    return replace(line, amounts=amounts, credits=frozenset(credit))


def _text(table: Table, row: int, column: int) -> str:
    cell = table.sheet.rows[row].get(column)
    return cell.text.casefold() if cell else ""


def clean_label(text: str) -> str:
    """Return a label without blanks around it, line breaks and a footnote's mark."""
    spaced = " ".join(text.split())
    is_closing = spaced.endswith(")") and spaced.count("(") >= spaced.count(")")
    return spaced if is_closing else _FOOTNOTE.sub("", spaced) or spaced


def _line(table: Table, row: int, columns: Sequence[Column], places: int, notes: Notes) -> RawLine:
    cell = table.label_cell(row)
    in_file = cell.value if cell and isinstance(cell.value, str) else table.label(row)
    account = account_of(table, row)
    split = BEFORE_NAME.fullmatch(table.label(row)) if table.splits_accounts else None
    amounts = {
        column.column: _rounded(amount, places, Place(table.sheet.name, row, column.column), notes)
        for column in columns
        if (amount := table.reading.amount(table.sheet.rows[row].get(column.column))) is not None
    }
    return RawLine(
        row,
        clean_label(split[2] if split else table.label(row)),
        in_file,
        account,
        _indent(cell),
        amounts,
        row in table.sheet.hidden_rows,
    )


def _indent(cell: Cell | None) -> int:
    if cell is None or not isinstance(cell.value, str):
        return 0
    return cell.column + cell.indent + len(cell.value) - len(cell.value.lstrip())


def _rounded(amount: Decimal, places: int, place: Place, notes: Notes) -> Decimal:
    if amount.adjusted() >= MAX_DIGITS:
        raise StatementRefused("amount_too_large", places=_named(place))
    most, rounded = places, round(amount, places)
    if abs(rounded - amount) > CENT_TOLERANCE:
        notes.say("amount_not_in_cents", place, stored=amount, read=rounded)
    while places > CENTS and rounded == round(rounded, places - 1):
        places -= 1
        rounded = round(rounded, places)
    if places == CENTS < most and rounded == rounded.to_integral_value():
        rounded = rounded.to_integral_value()
    return rounded + 0  # a zero without a sign


def _named(place: Place) -> str:
    return Cell(place.row, place.column, None).place


def is_sample(line: RawLine) -> bool:
    """Return whether a row is one that a template came with."""
    return bool(words.SAMPLE_ROW.search(line.label))
