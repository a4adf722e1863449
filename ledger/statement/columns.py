"""What each column of figures holds, of which time, and which of them is the statement's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Final

from ledger.statement import words
from ledger.statement.cells import periods_in, shown
from ledger.statement.headings import Titles
from ledger.statement.periods import Found, Grain, Period, find_periods
from ledger.statement.tables import Table
from ledger.statement.values import Column, Kind, Role

PERCENT_SHARE: Final = 0.5
"""Of a column's figures that are written as percentages."""

DASHES: Final = ("-", "\u2013", "\u2014")
DAYS_OF_YEAR: Final = 360
"""Fewer days between the first days of two months than from one year to the next."""


def read_columns(table: Table, titles: Titles, kind: Kind) -> list[Column]:
    """Return every column of figures with its role; at most one is used, or debit and credit.

    Hidden columns are never used.
    """
    columns = [_column(table, titles, kind, column) for column in table.amount_columns]
    if kind is Kind.INCOME_STATEMENT:
        return _of_movements(columns, titles)
    return _of_balances(columns, titles)


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


def _of_movements(columns: Sequence[Column], titles: Titles) -> list[Column]:
    """Choose the column of an income statement: the longest of those that end last."""
    timed = _spanned([_with_title(column, titles) for column in columns])
    actual = [c for c in timed if _is_open(c) and not c.is_hidden]
    if not actual:
        return timed
    chosen = _chosen_movement(actual)
    return [_as_movement(column, chosen, actual) for column in timed]


def _with_title(column: Column, titles: Titles) -> Column:
    """Give a column without a time of its own that of the title."""
    named = titles.period
    if column.period or not named or column.role in (Role.COMPARISON, Role.BUDGET, Role.FORECAST):
        return column
    period = named.period
    if column.role is Role.CUMULATIVE and titles.fiscal_year and titles.fiscal_year.start:
        period = Period(titles.fiscal_year.start, period.end)
    return replace(column, period=period)


def _spanned(columns: Sequence[Column]) -> list[Column]:
    """Give a sum that names no time that of the months beside it."""
    actual = [column for column in columns if _is_open(column) and not column.is_hidden]
    times = [c.period for c in actual if c.period and c.period.start]
    if not times:
        return list(columns)
    # A single month does not say where a sum beside it starts.
    start = min(t.start for t in times if t.start) if len(times) > 1 else None
    period = Period(start, max(time.end for time in times))
    return [
        replace(c, period=period) if c.role is Role.CUMULATIVE and c.period is None else c
        for c in columns
    ]


def _is_open(column: Column) -> bool:
    """Return whether nothing said so far keeps a column from being the statement's."""
    return column.role in (Role.AMOUNT, Role.CUMULATIVE, Role.MONTH, Role.UNKNOWN)


def _chosen_movement(actual: Sequence[Column]) -> Column:
    last = max((c.period.end for c in actual if c.period), default=None)
    ending = [c for c in actual if c.period and c.period.end == last] or list(actual)
    cumulative = [c for c in ending if c.role is Role.CUMULATIVE]
    return max(
        cumulative or ending,
        key=lambda c: (c.role is not Role.MONTH, c.period.months if c.period else 0, -c.column),
    )


def _as_movement(column: Column, chosen: Column, actual: Sequence[Column]) -> Column:
    if column.column == chosen.column:
        several = any(_is_part(other, chosen) for other in actual)
        is_plain_sum = words.SUM_HEADER.search(column.header.casefold()) is not None
        is_cumulative = several or (column.role is Role.CUMULATIVE and not is_plain_sum)
        is_month = column.role is Role.MONTH or any(_is_other_month(c, chosen) for c in actual)
        role = Role.CUMULATIVE if is_cumulative else Role.MONTH if is_month else Role.AMOUNT
        return replace(column, role=role, use=True)
    if not _is_open(column):
        return column
    is_named = column.role is Role.MONTH and not column.is_hidden
    is_part = is_named or _is_part(column, chosen) or _is_other_month(column, chosen)
    return replace(column, role=Role.MONTH if is_part else Role.COMPARISON)


def _is_part(column: Column, chosen: Column) -> bool:
    """Return whether a column holds a month, or some, of what the chosen one holds."""
    if column.column == chosen.column or not (column.period and chosen.period):
        return False
    if chosen.period.start is None:
        return chosen.role is Role.CUMULATIVE and column.period.end == chosen.period.end
    is_shorter = column.period.months < chosen.period.months
    return is_shorter and chosen.period.holds(column.period)


def _is_other_month(column: Column, chosen: Column) -> bool:
    """Return whether both are single months of one year: each is that month's movement."""
    if not (column.period and chosen.period and column.period.start and chosen.period.start):
        return False
    days = (chosen.period.start - column.period.start).days
    return column.period.months == chosen.period.months == 1 and 0 < days < DAYS_OF_YEAR


def _of_balances(columns: Sequence[Column], titles: Titles) -> list[Column]:
    """Choose the column of a balance sheet or trial balance: the closing one, the latest."""
    timed = _openings([_balance_time(column, titles) for column in columns], titles)
    visible = [column for column in timed if not column.is_hidden]
    actual = [
        c for c in visible if c.role in (Role.AMOUNT, Role.CUMULATIVE, Role.UNKNOWN, Role.MONTH)
    ]
    named = [c for c in actual if c.role is Role.AMOUNT] or actual
    if not named:
        return [
            replace(c, use=c.role in (Role.DEBIT, Role.CREDIT) and not c.is_hidden) for c in timed
        ]
    chosen = max(named, key=lambda c: (c.period.end if c.period else date.min, -c.column))
    return [_as_balance(column, chosen) for column in timed]


def _openings(columns: Sequence[Column], titles: Titles) -> list[Column]:
    """Return columns in which only the last opening is the period's: others are the year's."""
    openings = [column for column in columns if column.role is Role.OPENING and column.period]
    last = openings[-1].column if openings else 0
    return [
        replace(c, period=Period(None, titles.year_start(c.period.end)[0]))
        if c.role is Role.OPENING and c.period and c.column != last
        else c
        for c in columns
    ]


def _as_balance(column: Column, chosen: Column) -> Column:
    if column.column == chosen.column:
        return replace(column, role=Role.AMOUNT, use=True)
    is_open = column.role in (Role.AMOUNT, Role.CUMULATIVE, Role.UNKNOWN, Role.MONTH)
    return replace(column, role=Role.COMPARISON) if is_open else column


def _balance_time(column: Column, titles: Titles) -> Column:
    """Return a column with its moment: that of its heading, or an end of the title's period."""
    period = column.period or _named(column, titles)
    if period is None or column.role in (Role.MOVEMENT, Role.DEBIT, Role.CREDIT):
        return replace(column, period=period)
    moment = period.start if column.role is Role.OPENING and period.start else period.end
    return replace(column, period=Period(None, moment))


def _named(column: Column, titles: Titles) -> Period | None:
    return titles.period.period if titles.period and _takes_title(column) else None


def _takes_title(column: Column) -> bool:
    return (
        column.role.is_of_books and column.role is not Role.COMPARISON
    ) or column.role is Role.UNKNOWN
