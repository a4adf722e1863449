"""Which time a heading speaks of: days, months, years and ranges as exports write them."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Final

from ledger.statement import months


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


def find_periods(text: str, year: int | None = None) -> list[Found]:
    """Return the periods that a text names, in its order; what is no date of a calendar is none.

    Args:
        text: A heading, or a line above a table.
        year: That of months which name none; without it they are no periods.
    """
    left = re.sub(r"\s+", " ", re.sub("[\u2010-\u2015\u2212]", "-", text)).casefold()
    found: list[tuple[int, Found]] = []
    forms = _FORMS if year is None else (*_FORMS, *_yearless(year))
    for pattern, make in forms:
        for match in reversed(list(pattern.finditer(left))):
            if (period := _made(make, match)) is not None:
                found.append((match.start(), period))
                left = left[: match.start()] + "\0" * len(match[0]) + left[match.end() :]
    return [period for _, period in sorted(found, key=lambda item: item[0])]


def _made(make: Callable[..., Found | None], match: re.Match[str]) -> Found | None:
    try:
        return make(*match.groups())
    except ValueError:
        return None


def _year(text: str) -> int:
    number = int(text)
    year = number + 2000 if number < 100 else number
    if year not in YEARS:
        raise ValueError(text)
    return year


def _month(text: str) -> int:
    return months.NUMBERS.get(text) or int(text)


def _day(year: str, month: str, day: str) -> dt.date:
    return dt.date(_year(year), int(month), int(day))


def _last(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _range(start: dt.date, end: dt.date) -> Found | None:
    return Found(Period(start, end), Grain.RANGE) if start <= end else None


def _iso_range(*parts: str) -> Found | None:
    return _range(_day(*parts[:3]), _day(*parts[3:]))


def _day_range(day: str, month: str, year: str, *end: str) -> Found | None:
    last = _day(end[2], end[1], end[0])
    first = _day(year or end[2], month, day)
    if not year and first > last:  # "1.7.-30.6.2025": the year that is left out is the one before
        first = first.replace(year=first.year - 1)
    return _range(first, last)


def _month_range(year: str, month: str, last_year: str, last_month: str) -> Found | None:
    first = dt.date(_year(year or last_year), _month(month), 1)
    return _range(first, _last(_year(last_year), _month(last_month)))


def _single_month(year: str, month: str) -> Found:
    first = dt.date(_year(year), _month(month), 1)
    return Found(Period(first, _last(first.year, first.month)), Grain.MONTH)


def _quarter(year: str, quarter: str) -> Found | None:
    last = int(quarter) * 3
    return _month_range(year, str(last - 2), year, str(last))


def _forms() -> Iterator[tuple[str, Callable[..., Found | None]]]:
    day = r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d{2}(?!\d))"
    iso = r"(\d{4})-(\d{2})-(\d{2})"
    packed = r"(\d{4})(\d{2})(\d{2})"
    name = f"({months.PATTERN})"
    yield rf"{iso} ?- ?{iso}", _iso_range
    yield rf"(\d{{1,2}})\. ?(\d{{1,2}})\.? ?(\d{{4}})? ?- ?{day}", _day_range
    yield rf"{packed} ?- ?{packed}", _iso_range
    yield r"(\d{2})(\d{2})(\d{2}) ?- ?(\d{2})(\d{2})(\d{2})", _iso_range
    yield r"(\d{4})-?(\d{2}) ?- ?(\d{4})-?(\d{2})", _month_range
    yield (
        r"(\d{1,2})/(\d{4}) ?- ?(\d{1,2})/(\d{4})",
        lambda m, y, m2, y2: _month_range(y, m, y2, m2),
    )
    yield r"(\d{1,2}) ?- ?(\d{1,2})/(\d{4})", lambda m, m2, y: _month_range("", m, y, m2)
    yield rf"{name}\.? ?- ?{name}\.? (\d{{4}})", lambda m, m2, y: _month_range("", m, y, m2)
    yield (
        rf"{name}\.? (\d{{4}}) ?- ?{name}\.? (\d{{4}})",
        lambda m, y, m2, y2: _month_range(y, m, y2, m2),
    )
    yield iso, lambda *parts: of_day(_day(*parts))
    yield day, lambda d, m, y: of_day(_day(y, m, d))
    yield r"(\d{1,2})/(\d{1,2})/(\d{4})", lambda d, m, y: of_day(_day(y, m, d))
    yield packed, lambda *parts: of_day(_day(*parts))
    yield r"q([1-4])[ /]?(\d{4})", lambda quarter, year: _quarter(year, quarter)
    yield r"(\d{4})[ /]?q([1-4])", _quarter
    yield rf"{name}\.?[ -](\d{{4}}|\d{{2}})", lambda m, y: _single_month(y, m)
    yield r"(\d{4})[-/](\d{1,2})", _single_month
    yield r"(\d{1,2})/(\d{4})", lambda m, y: _single_month(y, m)
    yield r"(\d{4})(\d{2})", _single_month
    yield r"(\d{4})", lambda y: of_year(_year(y))


def _whole(pattern: str) -> re.Pattern[str]:
    """Match a form where it is not a part of a longer word or number."""
    return re.compile(rf"(?<![\w.,/]){pattern}(?![\w/]|[.,]\d)")


@cache
def _yearless(year: int) -> tuple[tuple[re.Pattern[str], Callable[..., Found | None]], ...]:
    name = f"({months.PATTERN})"
    return (
        (_whole(rf"{name}\.? ?- ?{name}"), lambda m, n: _month_range("", m, str(year), n)),
        (_whole(name), lambda m: _single_month(str(year), m)),
    )


_FORMS: Final = tuple((_whole(pattern), make) for pattern, make in _forms())
