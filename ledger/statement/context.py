"""What is known of a statement before its rows are read: whose it is, of when, in which unit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from ledger.statement import words
from ledger.statement.answers import Answers
from ledger.statement.cells import periods_in, shown
from ledger.statement.grid import Sheet
from ledger.statement.headings import Titles, read_titles
from ledger.statement.lines import clean_label
from ledger.statement.tables import Table

_SCALE: Final = re.compile(r"[0#?](,+)(?![0#?,])")
TOP_ROWS: Final = 8
"""Rows of a sheet in which a company's name and a currency are looked for."""


@dataclass(frozen=True)
class Facts:
    """What the visible sheets of a file say on top, for statements that do not say it."""

    company: str | None
    currency: str | None


@dataclass(frozen=True)
class Context:
    """What is known before a section is read."""

    titles: Titles
    unit: int
    currency: str | None
    language: str
    answers: Answers


def facts_of(sheets: Sequence[Sheet]) -> Facts:
    """Return what the first rows of all sheets say."""
    texts = [
        shown(cell)
        for sheet in sheets
        for row in range(1, TOP_ROWS + 1)
        for cell in sheet.rows.get(row, {}).values()
    ]
    return Facts(read_titles(texts).company, words.currency_of(texts))


def context_of(table: Table, facts: Facts, answers: Answers) -> Context:
    """Return what a table's titles, headings and first figures say, else the file as a whole."""
    titles = [text for _, text in table.titles]
    heads = table.heads
    named = read_titles([*titles, *_day_of_rows(table)])
    labels = [clean_label(table.label(row)) for row in table.data_rows]
    return Context(
        replace(named, company=named.company or facts.company),
        1 if unit_by_format(table) > 1 else words.unit_of(heads),
        words.currency_of([*heads, *_figures(table)]) or facts.currency,
        words.language_of([*heads, *labels]),
        answers,
    )


def unit_by_format(table: Table) -> int:
    """Return in which unit the formats of cells show most amounts: those stored are whole.

    Source:
        Office Open XML, number formats: a comma behind the last digit divides by a thousand.
    """
    cells = (cell for row in table.data_rows for cell in table.sheet.rows[row].values())
    steps = Counter(
        len(found[1]) if (found := _SCALE.search(cell.number_format.partition(";")[0])) else 0
        for cell in cells
        if isinstance(cell.value, Decimal) and cell.column in table.amount_columns
    )
    most = steps.most_common(1)
    return int(1000 ** most[0][0]) if most else 1


def _figures(table: Table) -> list[str]:
    rows = [table.sheet.rows[row] for row in table.data_rows[:TOP_ROWS]]
    return [row[column].text for row in rows for column in table.amount_columns if column in row]


def _day_of_rows(table: Table) -> list[str]:
    """Return the day that stands on every row of a table, in a column of its own."""
    taken = {table.label_column, table.account_column, *table.amount_columns}
    columns = {c for row in table.data_rows for c in table.sheet.rows[row]} - taken
    for column in columns:
        cells = [table.sheet.rows[row].get(column) for row in table.data_rows]
        days = {shown(cell) for cell in cells if periods_in(cell)}
        if len(days) == 1 and all(cells):
            return list(days)
    return []
