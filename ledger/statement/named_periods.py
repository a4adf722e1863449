"""Which times a text names: days, months, years and ranges as exports and people write them.

First each time by itself is found (`ledger.statement.time_forms`), then two with a word or a dash
between them are one range.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from ledger.statement.periods import Found, Grain, of_range
from ledger.statement.time_forms import Mark, Part, find_marks

_TO: Final = re.compile(
    r" ?(?:-{1,3}|to|till|until|through|t\.? ?o\.? ?m\.?|tom|till och med|alkaen) ?"
)
_CLOCK: Final = re.compile(r"(?<=\d)[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?z?(?![\w:])")


def find_periods(text: str, year: int | None = None) -> list[Found]:
    """Return the periods that a text names, in its order; what is no date of a calendar is none.

    Args:
        text: A heading, or a line above a table.
        year: That of months which name none; without it they are no periods.
    """
    plain = re.sub(r"\s+", " ", re.sub("[\u2010-\u2015\u2212]", "-", text)).casefold()
    plain = _CLOCK.sub("", plain)
    return [mark.found for mark in _joined(plain, find_marks(plain, year)) if mark.found]


def unnamed(text: str, year: int | None = None) -> str:
    """Return what a text says beside the times that it names."""
    plain = _CLOCK.sub("", re.sub(r"\s+", " ", text)).casefold()
    left = plain
    for mark in find_marks(re.sub("[\u2010-\u2015\u2212]", "-", plain), year):
        left = left[: mark.start] + " " * (mark.end - mark.start) + left[mark.end :]
    return left


def _joined(text: str, marks: list[Mark]) -> list[Mark]:
    """Return marks with each two that make a range as one."""
    joined: list[Mark] = []
    for mark in marks:
        before = joined[-1] if joined else None
        is_next = before and _TO.fullmatch(text[before.end : mark.start])
        if before and is_next and (whole := _range(before, mark)):
            joined[-1] = Mark(before.start, mark.end, whole)
        else:
            joined.append(mark)
    return joined


def _range(first: Mark, last: Mark) -> Found | None:
    """Return the range of two marks; the first may leave out what the second says."""
    if last.found is None or last.found.grain not in (Grain.DAY, Grain.MONTH):
        return None
    end, is_day = last.found.period.end, last.found.grain is Grain.DAY
    if first.found:
        start = first.found.period.start or first.found.period.end
        return of_range(start, end) if first.found.grain is last.found.grain else None
    return _filled(first.part, end, is_day=is_day) if first.part else None


def _filled(part: Part, end: dt.date, *, is_day: bool) -> Found | None:
    """Return the range from a part of a day or month to an end: the year left out may be before."""
    try:
        start = _start(part, end, is_day=is_day)
    except ValueError:
        return None
    if start is None:
        return None
    if start > end and part.month:
        start = start.replace(year=start.year - 1)
    return of_range(start, end)


def _start(part: Part, end: dt.date, *, is_day: bool) -> dt.date | None:
    if part.day and part.month:
        return dt.date(end.year, part.month, part.day) if is_day else None
    if part.month:
        return None if is_day else dt.date(end.year, part.month, 1)
    if is_day:
        return end.replace(day=part.number) if part.is_bound else None
    return dt.date(end.year, part.number, 1) if part.number <= end.month else None
