"""The handful of companies that the demo loads; exactly one file holds a planted break."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulators.books.chunks import Habits
from simulators.books.company import Company
from simulators.books.faults import Fault
from simulators.books.sie.text import PLAIN, Layout
from simulators.books.years import (
    LONG_FIRST_YEAR,
    SHORT_FIRST_YEAR,
    broken_years,
    calendar_years,
)


@dataclass(frozen=True)
class DemoFile:
    """One SIE 4E file of a demo company; `fault` is planted in it, if any."""

    name: str
    company: Company
    year: int
    layout: Layout
    fault: Fault | None

    @property
    def content(self) -> bytes:
        """The file's bytes."""
        faults = [self.fault] if self.fault else []
        return self.company.sie(self.year, faults=faults, layout=self.layout)


@dataclass(frozen=True)
class DemoCompany:
    """A tenant of the demo. `slug`: its name as one plain word."""

    slug: str
    company: Company
    layout: Layout = PLAIN
    fault_in_last_year: Fault | None = None

    @property
    def files(self) -> tuple[DemoFile, ...]:
        """One file per year, oldest first."""
        years = self.company.years
        return tuple(
            DemoFile(
                name=f"{self.slug}-{year.key}.se",
                company=self.company,
                year=place,
                layout=self.layout,
                fault=self.fault_in_last_year if place == len(years) - 1 else None,
            )
            for place, year in enumerate(years)
        )


_MANY_OBJECTS: Final = Habits(object_percent=70, corrected_every=10, void_every=151)


def demo_companies() -> tuple[DemoCompany, ...]:
    """Give the demo's six companies: calendar, broken, short and long years, odd files, a break."""
    return (
        DemoCompany("ovningsakeriet", Company(0, calendar_years(2022, 2024), 1_200)),
        DemoCompany(
            "blabarssnickeriet",
            Company(1, broken_years(2022, 2024), 800),
            Layout(encoding="utf-8-sig"),
        ),
        DemoCompany("kafeet", Company(2, SHORT_FIRST_YEAR, 400), Layout(control_sum=True)),
        DemoCompany("bageriet", Company(3, LONG_FIRST_YEAR, 600), Layout(encoding="cp1252")),
        DemoCompany(
            "skenbygg",
            Company(4, calendar_years(2023, 2024), 5_000, habits=_MANY_OBJECTS),
            Layout(odd_percent=15, control_sum=True, line_end="\n"),
        ),
        DemoCompany(
            "fantasifisket",
            Company(5, calendar_years(2023, 2024), 300),
            fault_in_last_year=Fault.WRONG_CLOSING_BALANCE,
        ),
    )
