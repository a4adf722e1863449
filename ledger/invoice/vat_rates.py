"""VAT rates by country and by the day of delivery, not of the invoice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Self


@dataclass(frozen=True)
class VatRate:
    """One line of the table. `rate`: per cent. `last_day`: inclusive, None while it is in force."""

    country: str
    rate: Decimal
    kind: str
    first_day: dt.date
    last_day: dt.date | None
    source: str

    @classmethod
    def of_line(cls, line: Mapping[str, str]) -> Self:
        """Read a line of the table as text."""
        last = line["last_day"]
        return cls(
            line["country"],
            Decimal(line["rate"]),
            line["kind"],
            dt.date.fromisoformat(line["first_day"]),
            dt.date.fromisoformat(last) if last else None,
            line["source"],
        )

    def is_in_force(self, day: dt.date) -> bool:
        """Return whether it is a rate of sales delivered on a day."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True)
class VatRates:
    """The whole table."""

    lines: tuple[VatRate, ...]

    @classmethod
    def of_lines(cls, lines: Iterable[Mapping[str, str]]) -> Self:
        """Read the lines of the table as text."""
        return cls(tuple(map(VatRate.of_line, lines)))

    def knows(self, country: str) -> bool:
        """Return whether there is a line for a country."""
        return any(line.country == country for line in self.lines)

    def on(self, country: str, day: dt.date) -> tuple[Decimal, ...]:
        """Return the rates in force in a country on a day, the highest first."""
        found = (line for line in self.lines if line.country == country and line.is_in_force(day))
        return tuple(sorted({line.rate for line in found}, reverse=True))

    def ever(self, country: str, *, until: dt.date) -> tuple[Decimal, ...]:
        """Return all rates that were in force in a country on any day up to one."""
        found = (line for line in self.lines if line.country == country and line.first_day <= until)
        return tuple(sorted({line.rate for line in found}, reverse=True))
