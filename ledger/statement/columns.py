"""What each column of figures holds, of which time, and which of them is the statement's."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Final

from ledger.statement import words
from ledger.statement.balances import choose_balance
from ledger.statement.cells import periods_in, shown
from ledger.statement.headings import Titles
from ledger.statement.movements import choose_movement
from ledger.statement.periods import Found, Grain, Period, find_periods
from ledger.statement.tables import Table
from ledger.statement.values import Column, Kind, Role

PERCENT_SHARE: Final = 0.5
"""Of a column's figures that are written as percentages."""

DASHES: Final = ("-", "\u2013", "\u2014")


def read_columns(table: Table, titles: Titles, kind: Kind) -> list[Column]:
    """Return every column of figures with its role; at most one is used, or debit and credit.

    Hidden columns are never used.
    """
    columns = [_column(table, titles, kind, column) for column in table.amount_columns]
    # Beside columns with headings, one without is notes or a sum of somebody's own.
    named = [column for column in columns if column.header] or columns
    is_income = kind is Kind.INCOME_STATEMENT
    chosen = choose_movement(named, titles) if is_income else choose_balance(named, titles)
    unnamed = [] if len(named) == len(columns) else [c for c in columns if not c.header]
    return sorted((*chosen, *unnamed), key=lambda column: column.column)


def grain_of(table: Table, column: int, year: int | None) -> Grain | None:
    """Return how the heading of a column names its time; None when it names none."""
    found = _found(table, column, year)
    return found.grain if found else None


def _found(table: Table, column: int, year: int | None) -> Found | None:
    """Return the time that the lowest row of the heading names; `year`: of months without one."""
    if broken := _broken_range(table, column):
        return broken
    for row in reversed(table.header_rows):
        if times := periods_in(table.header_cell(row, column), year):
            return max(times, key=lambda time: time.grain)
    return None


def _broken_range(table: Table, column: int) -> Found | None:
    """Return the time that a heading names in two rows, the second of which begins with a dash."""
    texts = [shown(table.header_cell(row, column)) for row in table.header_rows]
    for above, below in pairwise(texts):
        if below[:1] in DASHES or above[-1:] in DASHES:
            ranges = [t for t in find_periods(f"{above} {below}") if t.grain is Grain.RANGE]
            if above and below and ranges:
                return ranges[0]
    return None


def _column(table: Table, titles: Titles, kind: Kind, column: int) -> Column:
    header = table.header(column)
    role = Role.PERCENT if _is_percent(table, column) else words.role_of(header)
    if kind is Kind.INCOME_STATEMENT and role is Role.MOVEMENT:
        role = Role.MONTH if "period" in header.casefold() else Role.DIFFERENCE
    found = _found(table, column, titles.year)
    return Column(
        column,
        header,
        role or Role.UNKNOWN,
        period=_refined(found, titles) if found else None,
        is_hidden=column in table.sheet.hidden_columns,
    )


def _is_percent(table: Table, column: int) -> bool:
    cells = [cell for row in table.data_rows if (cell := table.sheet.rows[row].get(column))]
    percent = [cell for cell in cells if "%" in cell.number_format or cell.text.endswith("%")]
    return len(percent) > PERCENT_SHARE * len(cells)


def _refined(found: Found, titles: Titles) -> Period:
    """Return a heading's time; a bare year is cut to the part of it that a title names."""
    named = titles.period
    if found.grain is not Grain.YEAR or not named or named.grain is not Grain.RANGE:
        return found.period
    start, end = named.period.start, named.period.end
    years = found.period.end.year - end.year
    if start is None or years > 0:
        return found.period
    return Period(_shifted(start, years), _shifted(end, years))


def _shifted(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
