"""The time of a statement: what its column says, and what only a person can say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ledger.statement.answers import Answers
from ledger.statement.columns import grain_of
from ledger.statement.headings import Titles
from ledger.statement.notes import Notes
from ledger.statement.periods import Grain, Period
from ledger.statement.sections import Section
from ledger.statement.values import Column, Kind, Place, Role


def settle_time(
    section: Section, columns: Sequence[Column], titles: Titles, answers: Answers, notes: Notes
) -> list[Column]:
    """Return the columns with the statement's time on those used, asking what they do not say."""
    used = max((column for column in columns if column.use), key=_end_of, default=None)
    if used is None:
        return list(columns)
    case = _Case(section, columns, used, titles, answers, notes)
    is_income = section.kind is Kind.INCOME_STATEMENT
    period = case.movements() if is_income else case.balances()
    return [replace(c, period=period) if _takes(c, used) else c for c in columns]


def latest(columns: Sequence[Column]) -> Period | None:
    """Return the time of the column that ends last."""
    return max(columns, key=_end_of).period if columns else None


def _end_of(column: Column) -> dt.date:
    return column.period.end if column.period else dt.date.min


def _takes(column: Column, used: Column) -> bool:
    """Return whether a column gets the time of the statement: debit and credit keep theirs."""
    return column.use and (column.column == used.column or column.period is None)


@dataclass(frozen=True)
class _Case:
    section: Section
    columns: Sequence[Column]
    used: Column
    titles: Titles
    answers: Answers
    notes: Notes

    @property
    def place(self) -> Place:
        header = self.section.table.header_rows
        return Place(self.section.table.sheet.name, header[-1] if header else 0, self.used.column)

    @property
    def end(self) -> dt.date | None:
        return self.answers.date or (self.used.period.end if self.used.period else None)

    def balances(self) -> Period | None:
        if self.end is None:
            self.notes.ask("statement_date", self.place, None)
            return None
        return Period(None, self.end)

    def movements(self) -> Period | None:
        if self.end is None:
            self.notes.ask("statement_period", self.place, None)
            return None
        start = self.used.period.start if self.used.period else None
        year_start, is_guess = self.titles.year_start(self.end)
        if self.answers.start:
            return Period(self.answers.start, self.end)
        if start is None:
            self.notes.ask("period_start", self.place, year_start, end=self.end, is_guess=is_guess)
            return Period(year_start, self.end)
        month = Period(start, self.end)
        if self.used.role is Role.MONTH and self.has_other_months():
            self.notes.ask("months_without_total", self.place, "last_month", month=month)
            return month
        if start == year_start or not self.is_doubtful_month():
            return month
        return self.month(month, Period(year_start, self.end))

    def is_doubtful_month(self) -> bool:
        """Return whether the heading names a month and nothing says that it is all or only it."""
        grain = grain_of(self.section.table, self.used.column, self.titles.year)
        if grain is not Grain.MONTH:
            return False
        return self.used.role is not Role.MONTH

    def has_other_months(self) -> bool:
        """Return whether there are months beside the one that is used."""
        others = (c for c in self.columns if c.column != self.used.column)
        return any(c.role is Role.MONTH for c in others)

    def month(self, month: Period, until: Period) -> Period:
        """Return the fiscal year until a month's end, or the month when a person said so."""
        if self.used.role is Role.CUMULATIVE or self.answers.is_cumulative:
            return until
        if self.answers.is_cumulative is None:
            self.notes.ask(
                "movement_or_cumulative",
                self.place,
                "cumulative",
                movement=month,
                cumulative=until,
            )
            return until
        return month
