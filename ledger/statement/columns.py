"""What each column of figures holds, of which time, and which of them is the statement's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Final

from ledger.statement import column_words
from ledger.statement.balances import choose_balance
from ledger.statement.cells import periods_in, shown
from ledger.statement.headings import Titles
from ledger.statement.movements import choose_movement
from ledger.statement.named_periods import find_periods, unnamed
from ledger.statement.periods import Found, Grain, Period
from ledger.statement.tables import Table
from ledger.statement.values import Column, Kind, Role

DASHES: Final = ("-", "\u2013", "\u2014")


def read_columns(
    table: Table, titles: Titles, kind: Kind, own: str | None = None
) -> tuple[list[Column], list[Column]]:
    """Return every column of figures with its role, and those which may as well be the used one.

    At most one is used, or debit and credit. Hidden columns are never used. `own`: letters of the
    column that a person says is the statement's.
    """
    columns = [_column(table, titles, kind, column) for column in table.amount_columns]
    columns = _decided(columns, own) if own else columns
    # Beside columns with headings, one without is notes or a sum of somebody's own.
    named = [column for column in columns if column.header] or columns
    known = _known(named, titles)
    is_income = kind is Kind.INCOME_STATEMENT
    chosen = choose_movement(known, titles) if is_income else choose_balance(known, titles)
    passed = [column for column in columns if column not in known]
    ordered = sorted((*chosen, *passed), key=lambda column: column.column)
    return ordered, [] if own else _rivals(known, chosen, titles)


def _decided(columns: Sequence[Column], own: str) -> list[Column]:
    """Return columns of which only one is open: the one that a person says."""
    return [
        replace(c, role=Role.AMOUNT if c.letters == own else Role.COMPARISON)
        if c.letters == own or c.role.is_open
        else c
        for c in columns
    ]


def _known(columns: Sequence[Column], titles: Titles) -> list[Column]:
    """Return columns without those of which no word says what they hold, beside clear ones.

    An index or a department is none of the books' own columns; what names a time may be.
    """
    clear = [c for c in columns if _is_shown(c) and not _strange(c, titles)]
    if not clear:
        return list(columns)
    return [c for c in columns if c.period or not c.role.is_open or not _strange(c, titles)]


def _rivals(before: Sequence[Column], after: Sequence[Column], titles: Titles) -> list[Column]:
    """Return columns that may be the statement's own as well as the one in use, it among them.

    It has words that nobody knows here, and they have others.
    """
    used = next((column for column in after if column.use), None)
    words = _strange(used, titles) if used else frozenset()
    others = [c for c in before if _is_shown(c) and used and c.column != used.column]
    rivals = [column for column in others if _strange(column, titles) != words]
    return [used, *rivals] if used and words and rivals else []


def _is_shown(column: Column) -> bool:
    return column.role.is_open and not column.is_hidden


def _strange(column: Column, titles: Titles) -> frozenset[str]:
    return column_words.strange_words(unnamed(column.header, titles.year))


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
    role = Role.PERCENT if table.is_of_percents(column) else column_words.role_of(header)
    if kind is Kind.INCOME_STATEMENT and role is Role.MOVEMENT:
        role = Role.MONTH if "period" in header.casefold() else Role.DIFFERENCE
    found = _found(table, column, titles.year)
    return Column(
        column,
        header,
        role or Role.UNKNOWN,
        period=_refined(found, titles, kind) if found else None,
        is_hidden=column in table.sheet.hidden_columns,
    )


def _refined(found: Found, titles: Titles, kind: Kind) -> Period:
    """Return a heading's time as a title completes it.

    A bare year is cut to the part of it that a title names; the last day of a title's range stands
    for that range over movements.
    """
    named = titles.period
    is_income = kind is Kind.INCOME_STATEMENT
    if is_income and named and found.grain is Grain.DAY and found.period.end == named.period.end:
        return named.period
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
