"""What part of a fiscal year a source gives, and so what of it a load may replace."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class CoverageKind(StrEnum):
    """What a source gives of a year; the value is how it is stored."""

    WHOLE_YEAR = "whole_year"
    PERIOD = "period"
    """All vouchers from one day to another, both included."""
    VOUCHERS = "partial"
    """A few vouchers, such as a pre-system's: they replace nothing."""
    BALANCES = "evidence"
    """Balances without vouchers: evidence to compare with, nothing to publish."""


@dataclass(frozen=True)
class Coverage:
    """What a load gives of its unit. `first`, `last`: the days of a period, else None.

    Stored as text: ``whole_year``, ``partial``, ``evidence``, ``period:2025-01-01:2025-03-31``.
    A pydantic field of this type takes the text and gives it back.

    Raises:
        ValueError: Days are missing, superfluous, or in the wrong order.
    """

    kind: CoverageKind
    first: dt.date | None = None
    last: dt.date | None = None

    def __post_init__(self) -> None:
        days = (self.first, self.last)
        is_period = self.kind is CoverageKind.PERIOD
        if is_period and (self.first is None or self.last is None or self.last < self.first):
            raise ValueError(f"A period needs its first and its last day, in that order: {days}.")
        if not is_period and days != (None, None):
            raise ValueError(f"Only a period has days; {self.kind} came with {days}.")

    @classmethod
    def period(cls, first: dt.date, last: dt.date) -> Self:
        """Return the coverage of a source that gives all vouchers of these days."""
        return cls(CoverageKind.PERIOD, first, last)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` writes.

        Raises:
            ValueError: The text is something else.
        """
        kind, *days = text.split(":")
        try:
            return cls(CoverageKind(kind), *map(_day, days))
        except (ValueError, TypeError) as problem:
            raise ValueError(
                f"{text!r} is no coverage: expected whole_year, partial, evidence or "
                "period:2025-01-01:2025-03-31."
            ) from problem

    @property
    def is_whole_year(self) -> bool:
        """Whether a load replaces its year as a whole."""
        return self.kind is CoverageKind.WHOLE_YEAR

    @property
    def may_replace(self) -> bool:
        """Whether a load may be published: all of what it gives is known to be there."""
        return self.kind in {CoverageKind.WHOLE_YEAR, CoverageKind.PERIOD}

    def overlaps(self, other: Coverage) -> bool:
        """Return whether both may replace some day of their year."""
        if not (self.may_replace and other.may_replace):
            return False
        if None in {self.first, self.last, other.first, other.last}:
            return True
        return self.first <= other.last and other.first <= self.last  # type: ignore[operator]

    @property
    def in_words(self) -> str:
        """What a person calls a file that gives it, such as: file for 2025-01-01 to 2025-03-31."""
        return f"file for {self.first} to {self.last}" if self.first else f"{self.kind} file"

    def __str__(self) -> str:
        days = "" if self.first is None else f":{self.first}:{self.last}"
        return f"{self.kind}{days}"

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._read, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def _read(cls, value: object) -> Self:
        return value if isinstance(value, cls) else cls.parse(str(value))


WHOLE_YEAR: Final = Coverage(CoverageKind.WHOLE_YEAR)
VOUCHERS: Final = Coverage(CoverageKind.VOUCHERS)
BALANCES: Final = Coverage(CoverageKind.BALANCES)


def _day(text: str) -> dt.date:
    day = dt.date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(text)
    return day
