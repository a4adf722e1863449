"""Which column of an income statement is its own: the longest of those that end last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ledger.statement import column_words
from ledger.statement.headings import Titles
from ledger.statement.periods import Grain, Period
from ledger.statement.sides import choose_sides
from ledger.statement.values import Column, Role

DAYS_OF_YEAR: Final = 360
"""Fewer days between the first days of two months than from one year to the next."""


def choose_movement(columns: Sequence[Column], titles: Titles) -> list[Column]:
    """Choose the column of an income statement: the longest of those that end last."""
    timed = _spanned([_with_title(column, titles) for column in columns])
    actual = [c for c in timed if c.role.is_open and not c.is_hidden]
    if not actual:
        return choose_sides(timed)
    chosen = _chosen_movement(actual)
    return [_as_movement(column, chosen, actual) for column in timed]


def _with_title(column: Column, titles: Titles) -> Column:
    """Give a column without a time of its own that of the title."""
    named = titles.period
    if column.period or not named or column.role in (Role.COMPARISON, Role.BUDGET, Role.FORECAST):
        return column
    period = named.period
    if column.role is Role.CUMULATIVE and named.grain is Grain.MONTH:
        period = Period(None, period.end)  # since a day that a fiscal year may tell
    if column.role is Role.CUMULATIVE and titles.fiscal_year and titles.fiscal_year.start:
        period = Period(titles.fiscal_year.start, period.end)
    return replace(column, period=period)


def _spanned(columns: Sequence[Column]) -> list[Column]:
    """Give a sum that names no time that of the months beside it."""
    actual = [column for column in columns if column.role.is_open and not column.is_hidden]
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
        is_plain_sum = column_words.SUM_HEADER.search(column.header.casefold()) is not None
        is_cumulative = several or (column.role is Role.CUMULATIVE and not is_plain_sum)
        is_one = column.period is None or column.period.months == 1
        is_month = column.role is Role.MONTH and is_one
        is_month = is_month or any(_is_other_month(c, chosen) for c in actual)
        role = Role.CUMULATIVE if is_cumulative else Role.MONTH if is_month else Role.AMOUNT
        return replace(column, role=role, use=True)
    if not column.role.is_open:
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
