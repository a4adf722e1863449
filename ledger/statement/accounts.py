"""Account numbers: in a column of their own, or before the name in one cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ledger.statement import words
from ledger.statement.cells import shown
from ledger.statement.grid import Cell, Sheet

NUMBER: Final = re.compile(r"\d{3,8}", re.ASCII)
BEFORE_NAME: Final = re.compile(r"(\d{3,8})[\s:.\u2013-]+(\S.*)", re.ASCII | re.DOTALL)
LEAST_SHARE: Final = 0.7
"""Of the filled cells of a column that must be account numbers."""
LEAST_SPLIT_SHARE: Final = 0.5
"""Of the labels that name no total which must begin with an account number."""


def account_text(cell: Cell | None) -> str | None:
    """Return the account number that a cell holds, text as it stands; None when it holds none."""
    if cell is None:
        return None
    text = f"{cell.value:f}" if isinstance(cell.value, Decimal) else cell.text
    return text if NUMBER.fullmatch(text) else None


def account_column(sheet: Sheet, label: int) -> int | None:
    """Return the column of account numbers: left of the labels, or with a heading that says so."""
    columns = sorted({cell.column for cell in sheet.cells()} - {label})
    found = [column for column in columns if _is_account_column(sheet, column, label)]
    return found[0] if found else None


def _is_account_column(sheet: Sheet, column: int, label: int) -> bool:
    cells = [row[column] for _, row in sorted(sheet.rows.items()) if column in row]
    numbers = [text for cell in cells if (text := account_text(cell))]
    others = [cell for cell in cells if not account_text(cell)]
    header = any(words.ACCOUNT_HEADERS.search(shown(cell).casefold()) for cell in others)
    in_table = len(numbers) + sum(cell.row > _first_row(cells) for cell in others)
    fits = len(numbers) >= LEAST_SHARE * in_table and len(set(numbers)) == len(numbers)
    return bool(numbers) and fits and (header or (column < label and len(numbers) > 1))


def _first_row(cells: Sequence[Cell]) -> int:
    return next((cell.row for cell in cells if account_text(cell)), 0)


def split_account(labels: Sequence[str]) -> bool:
    """Return whether labels begin with account numbers."""
    plain = [label for label in labels if not words.TOTALS.search(label.casefold())]
    split = [label for label in plain if BEFORE_NAME.fullmatch(label)]
    return len(split) > 1 and len(split) >= LEAST_SPLIT_SHARE * len(plain)
