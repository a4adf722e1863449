"""Which column of a balance sheet or trial balance is its own: the closing one, the latest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ledger.statement.headings import Titles
from ledger.statement.periods import Period
from ledger.statement.sides import choose_sides
from ledger.statement.values import Column, Role


def choose_balance(columns: Sequence[Column], titles: Titles) -> list[Column]:
    """Choose the column of a balance sheet or trial balance: the closing one, the latest."""
    timed = _openings([_balance_time(column, titles) for column in columns], titles)
    visible = [column for column in timed if not column.is_hidden]
    actual = [column for column in visible if column.role.is_open]
    named = [c for c in actual if c.role is Role.AMOUNT] or actual
    if not named:
        return choose_sides(timed)
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
    return replace(column, role=Role.COMPARISON) if column.role.is_open else column


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
