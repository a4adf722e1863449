"""What single cells of a table say: an amount, a time, a word."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ledger.statement.grid import Cell
from ledger.statement.named_periods import find_periods
from ledger.statement.numbers import Notation, parse_amount
from ledger.statement.periods import SERIALS, YEARS, Found, of_day, of_month, of_serial, of_year

_LITERAL: Final = re.compile(r'\[[^]]*\]|"[^"]*"|\\.')
"""Colours, languages and letters in the format of a cell, which are no codes of time."""


@dataclass(frozen=True)
class Reading:
    """How the cells of one file are read."""

    notation: Notation

    def amount(self, cell: Cell | None) -> Decimal | None:
        """Return the amount that a cell holds, as a number or as text; None when it holds none."""
        if cell is None or cell.error:
            return None
        if isinstance(cell.value, Decimal):
            return cell.value
        return parse_amount(cell.value, self.notation) if isinstance(cell.value, str) else None

    def is_text(self, cell: Cell | None) -> bool:
        """Return whether a cell holds words."""
        text = cell.text if cell else ""
        return any(letter.isalpha() for letter in text) and self.amount(cell) is None


def periods_in(cell: Cell | None, year: int | None = None) -> list[Found]:
    """Return the times that a heading names: a date, text, or a day or year as a bare number.

    `year` is that of months which name none.
    """
    if cell is None:
        return []
    if isinstance(cell.value, dt.date):
        day = cell.value
        return [of_month(day.year, day.month) if _is_month(cell) else of_day(day)]
    if isinstance(cell.value, Decimal):
        return _of_number(cell.value)
    return find_periods(cell.text, year)


def is_time_number(cell: Cell | None) -> bool:
    """Return whether a cell is a number that could be a day of this century or a year."""
    if cell is None:
        return False
    if isinstance(cell.value, str):
        return cell.text.isdecimal() and len(cell.text) == 4 and int(cell.text) in YEARS
    return isinstance(cell.value, Decimal) and bool(_of_number(cell.value))


def shown(cell: Cell | None) -> str:
    """Return a cell of a heading as text."""
    if cell is None or cell.value is None:
        return ""
    if isinstance(cell.value, dt.date):
        month = f"{cell.value.month}/{cell.value.year}"
        return month if _is_month(cell) else f"{cell.value.day}.{month.replace('/', '.')}"
    return cell.text or str(cell.value)


def _is_month(cell: Cell) -> bool:
    """Return whether a day is shown as its month: its format names no day."""
    shape = _LITERAL.sub("", cell.number_format).casefold()
    return "m" in shape and "y" in shape and "d" not in shape


def _of_number(value: Decimal) -> list[Found]:
    if value != value.to_integral_value():
        return []
    number = int(value)
    if number in YEARS:
        return [of_year(number)]
    return [of_serial(number)] if number in SERIALS else []
