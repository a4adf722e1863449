"""A fiscal year (räkenskapsår, tilikausi) is its two dates, and nothing else."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final, Self


@dataclass(frozen=True, order=True)
class FiscalYear:
    """A company's accounting year, first and last day included.

    Raises:
        ValueError: The last day lies before the first.

    Source:
        SIE file format 4B, #RAR; R-SEN-13 (years are matched by dates, not by a vendor's id).
    """

    start_date: dt.date
    end_date: dt.date

    def __post_init__(self) -> None:
        if self.end_date < self.start_date:
            raise ValueError(
                f"A fiscal year ends on {self.end_date}, before it starts on {self.start_date}. "
                "Give the first and the last day in that order."
            )

    @classmethod
    def parse(cls, key: str) -> Self:
        """Read the form that `key` writes, or a calendar year such as ``2024``.

        Raises:
            ValueError: The text is neither.
        """
        start, _, end = key.partition("_")
        try:
            if not end and len(start) == 4:
                year = int(start)
                return cls(dt.date(year, 1, 1), dt.date(year, 12, 31))
            return cls(dt.date.fromisoformat(start), dt.date.fromisoformat(end))
        except ValueError as problem:
            raise ValueError(
                f"{key!r} is not a fiscal year: expected 2024, or 2024-07-01_2025-06-30."
            ) from problem

    @property
    def key(self) -> str:
        """The year as one word, fit for a file name and a table: ``2024-07-01_2025-06-30``."""
        return f"{self.start_date.isoformat()}_{self.end_date.isoformat()}"

    def __contains__(self, day: dt.date) -> bool:
        return self.start_date <= day <= self.end_date

    def overlaps(self, other: FiscalYear) -> bool:
        """Return whether some day lies in both years."""
        return self.start_date <= other.end_date and other.start_date <= self.end_date

    def __str__(self) -> str:
        return self.key


def short_year(key: str) -> str:
    """Return a calendar year as 2024 and any other as its key; `FiscalYear.parse` reads both."""
    start, _, end = key.partition("_")
    is_calendar = start.endswith("-01-01") and end == f"{start[:4]}-12-31"
    return start[:4] if is_calendar else key


_CALENDAR: Final = re.compile(r"(?<![\w./-])(\d{4})-01-01_\1-12-31(?![\w/-])", re.ASCII)
"""The key of a calendar year as a word of its own, not as a part of a path."""


def with_short_years(text: str) -> str:
    """Return a sentence in which calendar years are called 2024, as `short_year` calls them."""
    return _CALENDAR.sub(r"\1", text)


def year_in_words(key: str) -> str:
    """Say a calendar year as 2024 and any other as its two days."""
    return short_year(key).replace("_", " to ")
