"""Times of statements: days, months, years and ranges."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Grain(IntEnum):
    """What a text named."""

    YEAR = 1
    MONTH = 2
    DAY = 3
    RANGE = 4


@dataclass(frozen=True)
class Period:
    """A time with both its days; `start` is None for a moment: the end of the day `end`."""

    start: dt.date | None
    end: dt.date

    @property
    def months(self) -> int:
        """How many calendar months it touches; 0 for a moment."""
        if self.start is None:
            return 0
        years = self.end.year - self.start.year
        return years * 12 + self.end.month - self.start.month + 1

    def holds(self, other: Period) -> bool:
        """Return whether the other lies in it."""
        if self.start is None or other.start is None:
            return False
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True)
class Found:
    """A period in a text, and how it was named."""

    period: Period
    grain: Grain


SERIALS: Final = range(36_526, 73_051)
"""Days of 2000-2099 as Excel counts them."""
YEARS: Final = range(1990, 2100)
_DAY_ZERO: Final = dt.date(1899, 12, 30)


def of_serial(serial: int) -> Found:
    """Return the day that Excel counts with a number of `SERIALS`."""
    return of_day(_DAY_ZERO + dt.timedelta(days=serial))


def of_day(day: dt.date) -> Found:
    """Return a moment."""
    return Found(Period(None, day), Grain.DAY)


def of_year(year: int) -> Found:
    """Return a calendar year."""
    return Found(Period(dt.date(year, 1, 1), dt.date(year, 12, 31)), Grain.YEAR)


def of_month(year: int, month: int) -> Found:
    """Return a calendar month."""
    return Found(Period(dt.date(year, month, 1), last_of(year, month)), Grain.MONTH)


def of_range(start: dt.date, end: dt.date) -> Found | None:
    """Return the days from one to another; None when they are in the wrong order."""
    return Found(Period(start, end), Grain.RANGE) if start <= end else None


def last_of(year: int, month: int) -> dt.date:
    """Return the last day of a month."""
    return dt.date(year, month, calendar.monthrange(year, month)[1])
