"""How times are written: each form by itself, a whole one or a part that another completes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ledger.statement import months
from ledger.statement.periods import YEARS, Found, last_of, of_day, of_month, of_range, of_year

SHORT_YEARS: Final = range(20, 40)
"""Years of two digits behind a month's number: others are pages, or ranges of accounts."""


@dataclass(frozen=True)
class Part:
    """A day without its year, a month without its year, or a number that could be either.

    `is_bound`: nothing but a dash or a point stands between the number and what follows.
    """

    day: int = 0
    month: int = 0
    number: int = 0
    is_bound: bool = False


@dataclass(frozen=True)
class Mark:
    """A time in a text, from one place to another: whole (`found`) or a part of one."""

    start: int
    end: int
    found: Found | None = None
    part: Part | None = None


def find_marks(text: str, year: int | None = None) -> list[Mark]:
    """Return the times that a text in small letters names, in its order.

    Args:
        text: With one kind of dash and of blank.
        year: That of months which name none; without it they are only parts.
    """
    marks: list[Mark] = []
    left = text
    for pattern, make in _FORMS:
        for match in reversed(list(pattern.finditer(left))):
            if (mark := _made(make, match, year)) is not None:
                marks.append(mark)
                left = left[: mark.start] + "\0" * (mark.end - mark.start) + left[mark.end :]
    return sorted(marks, key=lambda mark: mark.start)


Maker = Callable[..., Found | Part | None]


def _made(make: Maker, match: re.Match[str], year: int | None) -> Mark | None:
    try:
        made = make(*match.groups())
        if isinstance(made, Part) and made.month and not made.day and year is not None:
            made = of_month(year, made.month)
    except ValueError:
        return None
    if made is None:
        return None
    found = made if isinstance(made, Found) else None
    part = made if isinstance(made, Part) else None
    return Mark(match.start(), match.end(), found, part)


def _year(text: str) -> int:
    number = int(text)
    year = number + 2000 if len(text) == 2 else number
    if year not in YEARS:
        raise ValueError(text)
    return year


def _month(text: str) -> int:
    month = months.NUMBERS.get(text) or int(text)
    if not 1 <= month <= 12:
        raise ValueError(text)
    return month


def _day(year: str, month: str, day: str) -> Found:
    return of_day(dt.date(_year(year), _month(month), int(day)))


def _slashed(first: str, second: str, year: str) -> Found:
    """Read a day by slashes: the day comes first but where it could only be the month."""
    return _day(year, first, second) if int(second) > 12 else _day(year, second, first)


def _single_month(year: str, month: str) -> Found:
    return of_month(_year(year), _month(month))


def _short_month(month: str, year: str) -> Found | None:
    return of_month(_year(year), _month(month)) if int(year) in SHORT_YEARS else None


def _months(year: str, month: str, last_year: str, last_month: str) -> Found | None:
    return of_range(
        dt.date(_year(year), _month(month), 1), last_of(_year(last_year), _month(last_month))
    )


def _short_months(year: str, month: str, last_year: str, last_month: str) -> Found | None:
    is_year = int(year) in SHORT_YEARS and int(last_year) in SHORT_YEARS
    return _months(year, month, last_year, last_month) if is_year else None


def _days(*parts: str) -> Found | None:
    first, last = _day(*parts[:3]).period.end, _day(*parts[3:]).period.end
    return of_range(first, last)


def _part_of_year(year: str, number: str, size: int) -> Found | None:
    last = int(number) * size
    return of_range(dt.date(_year(year), last - size + 1, 1), last_of(_year(year), last))


def _forms() -> Iterator[tuple[str, Maker]]:
    name, day, short = f"({months.PATTERN})", r"(\d{1,2})", r"(\d{2})"
    nth = rf"{day}(?:\.|st|nd|rd|th|:?e)?"
    quarter = "(?:kvartalet|kvartal|neljännes|vuosineljännes|quarter)"
    yield r"(\d{2})(\d{2})(\d{2}) ?- ?(\d{2})(\d{2})(\d{2})", _days
    yield rf"{short}{short} ?- ?{short}{short}", _short_months
    yield r"(\d{4})([-/.])(\d{2})\2(\d{2})", lambda y, _, m, d: _day(y, m, d)
    yield rf"{day}\. ?{day}\. ?(\d{{4}}|\d{{2}}(?!\d))", lambda d, m, y: _day(y, m, d)
    yield rf"{day}/{day}/(\d{{4}})", _slashed
    yield r"(\d{4})(\d{2})(\d{2})", _day
    yield rf"{nth} (?:of )?{name}\.?,? (\d{{4}})", lambda d, m, y: _day(y, m, d)
    yield rf"{name}\.? {nth},? (\d{{4}})", lambda m, d, y: _day(y, m, d)
    yield r"q([1-4])[ /]?(\d{4}|\d{2})", lambda q, y: _part_of_year(y, q, 3)
    yield r"(\d{4})[ /]?q([1-4])", lambda y, q: _part_of_year(y, q, 3)
    yield rf"([1-4])\.? ?{quarter},? ?(\d{{4}})", lambda q, y: _part_of_year(y, q, 3)
    yield rf"{quarter} ?([1-4])[ /]?(\d{{4}})", lambda q, y: _part_of_year(y, q, 3)
    yield r"h([12])[ /]?(\d{4})", lambda h, y: _part_of_year(y, h, 6)
    yield rf"{name}\.?[ '-](\d{{4}}|\d{{2}}(?![\d.]))", lambda m, y: _single_month(y, m)
    yield rf"{day} ?- ?{day} (\d{{4}})", lambda m, m2, y: _months(y, m, y, m2)
    yield rf"(\d{{4}})[ /]{day} ?- ?{day}", lambda y, m, m2: _months(y, m, y, m2)
    yield rf"{day} ?(?:kk|mån|months)[ /](\d{{4}})", lambda m, y: _months(y, "1", y, m)
    yield rf"(\d{{4}})[-/]{day}", _single_month
    yield rf"{day}[/.](\d{{4}})", lambda m, y: _single_month(y, m)
    yield r"(\d{4})(\d{2})", _single_month
    yield rf"{day}\. ?{day}\.?(?= ?-)", lambda d, m: Part(day=int(d), month=_month(m))
    yield rf"{nth} {name}", lambda d, m: Part(day=int(d), month=_month(m))
    yield rf"{name}\.? {nth}(?! ?\d)", lambda m, d: Part(day=int(d), month=_month(m))
    yield r"(\d{4})", lambda y: of_year(_year(y))
    yield rf"{name}\.?", lambda m: Part(month=_month(m))
    yield rf"(?:(?<=-)|(?<=- )|^){day}/{short}", _short_month
    yield (
        rf"{day}(\.|(?=-))?(?= ?-)",
        lambda n, bound: Part(number=int(n), is_bound=bound is not None),
    )


def _whole(pattern: str) -> re.Pattern[str]:
    """Match a form where it is not a part of a longer word or number."""
    return re.compile(rf"(?<![\w.,/]){pattern}(?![\w/]|[.,]\d)")


_FORMS: Final = tuple((_whole(pattern), make) for pattern, make in _forms())
