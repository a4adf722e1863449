"""What stands above a table: whose it is, of which time, in which unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.statement import column_words, words
from ledger.statement.named_periods import find_periods
from ledger.statement.periods import Found, Grain, Period
from ledger.statement.values import Role


@dataclass(frozen=True)
class Titles:
    """`period` is that of the report, `fiscal_year` what a title calls so."""

    texts: tuple[str, ...]
    company: str | None
    period: Found | None
    fiscal_year: Period | None

    @property
    def year(self) -> int | None:
        """The year that the titles speak of; None when they name no time."""
        return self.period.period.end.year if self.period else None

    def year_start(self, day: dt.date) -> tuple[dt.date, bool]:
        """Return where the fiscal year of a day starts, and whether that is only a guess."""
        year = self.fiscal_year
        if year and year.start and year.start <= day <= year.end:
            return year.start, False
        return dt.date(day.year, 1, 1), True


def read_titles(texts: Sequence[str]) -> Titles:
    """Read the texts above a table; dates of printing are none of the report's."""
    company = next((name for text in texts if (name := _company(text))), None)
    compared = column_words.ROLES[Role.COMPARISON]
    # A title that speaks of figures for comparison may still be the only one with a time.
    ordered = sorted(texts, key=lambda text: bool(compared.search(text.casefold())))
    years = [text for text in ordered if words.FISCAL_YEAR.search(text.casefold())]
    of_years = [found for text in years for found in _times(text)]
    fiscal_years = [found.period for found in of_years if found.grain is Grain.RANGE]
    own = [found for text in ordered if text not in years for found in _times(text)]
    named = max(own, key=_preference, default=None)
    year = max(of_years, key=_preference, default=None)
    return Titles(
        tuple(texts),
        company,
        named if named and (year is None or _is_within(named, year)) else year,
        fiscal_years[0] if fiscal_years else None,
    )


def _company(text: str) -> str | None:
    """Return the company that a text names, without the statement's name before it."""
    if not (found := words.COMPANY.search(text)):
        return None
    name = found[0]
    for pattern in words.KINDS.values():
        if title := pattern.match(name):
            name = name[title.end() :].strip()
    return name


def _times(text: str) -> list[Found]:
    """Return the times of a title; the day of printing is none, a range on its line is one."""
    is_printed = words.PRINTED.search(text.casefold())
    return [f for f in find_periods(text) if f.grain is Grain.RANGE or not is_printed]


def _is_within(named: Found, year: Found) -> bool:
    """Return whether a title's time is a part of the fiscal year that another title names."""
    start = year.period.start
    return named.grain is not Grain.YEAR and (
        start is None or start <= named.period.end <= year.period.end
    )


def _preference(found: Found) -> int:
    """A range says most, then a day, a month, a year; of equals the first counts."""
    return found.grain
