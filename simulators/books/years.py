"""Fiscal years as the invented companies have them: calendar, broken, short, long."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np


@dataclass(frozen=True)
class Year:
    """A fiscal year: first and last day, both included."""

    start_date: dt.date
    end_date: dt.date

    @classmethod
    def of(cls, start: str, end: str) -> Self:
        """Make a year from two ISO dates."""
        return cls(dt.date.fromisoformat(start), dt.date.fromisoformat(end))

    @property
    def key(self) -> str:
        """Both dates as one word: ``2024-07-01_2025-06-30``."""
        return f"{self.start_date}_{self.end_date}"

    @property
    def days(self) -> int:
        """How many days the year has."""
        return (self.end_date - self.start_date).days + 1

    @cached_property
    def month_of_day(self) -> np.ndarray:
        """Per day of the year, the number (from 0) of its calendar month."""
        months = self._all_days.astype("datetime64[M]")
        return np.asarray(months - months[0], dtype=np.int16)

    @cached_property
    def months(self) -> tuple[str, ...]:
        """The year's calendar months, as ``YYYY-MM``."""
        return tuple(str(month) for month in np.unique(self._all_days.astype("datetime64[M]")))

    @property
    def _all_days(self) -> np.ndarray:
        return np.datetime64(self.start_date, "D") + np.arange(self.days)

    def moved(self, years: int) -> Year:
        """Give the same days of another year; a multiple of four keeps the leap days."""
        start, end = self.start_date, self.end_date
        return Year(start.replace(year=start.year + years), end.replace(year=end.year + years))


def calendar_years(first: int, last: int) -> tuple[Year, ...]:
    """Give the calendar years ``first`` to ``last``."""
    return tuple(
        Year(dt.date(year, 1, 1), dt.date(year, 12, 31)) for year in range(first, last + 1)
    )


def broken_years(first: int, last: int) -> tuple[Year, ...]:
    """Give the years that begin on 1 July of ``first`` to ``last``."""
    return tuple(
        Year(dt.date(year, 7, 1), dt.date(year + 1, 6, 30)) for year in range(first, last + 1)
    )


SHORT_FIRST_YEAR = (Year.of("2022-09-15", "2022-12-31"), *calendar_years(2023, 2024))
"""A company that began in the autumn."""

LONG_FIRST_YEAR = (Year.of("2022-07-01", "2023-12-31"), *calendar_years(2024, 2024))
"""A company with a first year of 18 months."""
