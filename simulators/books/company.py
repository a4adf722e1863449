"""An invented company: its years, its books, what it exports, and what is true of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from simulators.books.chart import ACCOUNTS, ALL_NUMBERS, HAS_BALANCE, Account
from simulators.books.chunks import Habits, operations
from simulators.books.countries import SWEDEN, Country
from simulators.books.edits import Edits, edited
from simulators.books.faults import Fault, Planted, plant
from simulators.books.model import Chunk, Extract, Totals, count
from simulators.books.sie.text import PLAIN, Layout, sie_pieces
from simulators.books.year_end import first_opening, next_opening, vouchers
from simulators.books.years import Year, calendar_years

BOOKS_KEPT = 64
"""Books (years of companies) whose totals stay in memory."""


USUAL = Habits()


@dataclass(frozen=True)
class Company:
    """A company that does not exist; everything about it follows from these fields.

    A year is given by its position in `years` (0 the first, -1 the last). `closes_years`: whether
    a year that has a successor books its own result (8999 to 2099); otherwise, and in Finland, the
    successor's opening balances hold it. The last year is always open.
    """

    seed: int
    years: tuple[Year, ...] = calendar_years(2022, 2024)
    vouchers_per_year: int = 300
    habits: Habits = USUAL
    closes_years: bool = True
    edits: tuple[tuple[int, Edits], ...] = ()
    country: Country = SWEDEN

    @property
    def name(self) -> str:
        """The company's name, with letters beyond ASCII."""
        return self.country.name_of(self.seed)

    @property
    def organisation_number(self) -> str:
        """Digits without a hyphen."""
        return self.country.number_of(self.seed)

    @property
    def places(self) -> np.ndarray:
        """Positions of the company's accounts in `chart.ACCOUNTS`."""
        return np.arange(self.country.first_account, self.country.last_account + 1)

    @property
    def chart(self) -> tuple[Account, ...]:
        """The company's accounts."""
        return ACCOUNTS[self.country.first_account : self.country.last_account + 1]

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of the company's accounts."""
        return tuple(account.number for account in self.chart)

    def book(self, year: int = -1) -> Book:
        """Give the book of a year."""
        return _book(self, range(len(self.years))[year])

    def trial_balance(self, year: int = -1) -> dict[str, Decimal]:
        """Give the true closing balance per account (profit and loss too); zeros left out."""
        return _kronor(self.book(year).closing)

    def movements(self, year: int = -1) -> dict[tuple[str, str], Decimal]:
        """Give the true sum of postings per account and month (``YYYY-MM``); zeros left out."""
        book = self.book(year)
        accounts, months = np.nonzero(book.totals.by_month)
        return {
            (ALL_NUMBERS[account], book.year.months[month]): _decimal(
                book.totals.by_month[account, month]
            )
            for account, month in zip(accounts, months, strict=True)
        }

    def next_night(
        self,
        *,
        year: int = -1,
        removed: Iterable[tuple[str, int]] = (),
        changed: Iterable[tuple[str, int]] = (),
    ) -> Company:
        """Give the company after vouchers, as (series, number), were removed or changed."""
        edits = Edits(frozenset(removed), frozenset(changed))
        return replace(self, edits=(*self.edits, (range(len(self.years))[year], edits)))

    def extract(self, year: int = -1, *, faults: Sequence[Fault] = ()) -> Extract:
        """Give what an export of the year holds, damaged by ``faults`` in turn."""
        extract = self.book(year).extract()
        for fault in faults:
            extract, _ = plant(extract, fault)
        return extract

    def planted(self, fault: Fault, year: int = -1) -> Planted:
        """Say where a fault lies in the file that is written with it."""
        return plant(self.book(year).extract(), fault)[1]

    def sie(
        self,
        year: int = -1,
        *,
        sie_type: str = "4E",
        faults: Sequence[Fault] = (),
        layout: Layout = PLAIN,
    ) -> bytes:
        """Write a year as one SIE file of type 1, 2, 3, 4E or 4I."""
        extract = self.extract(year, faults=faults)
        return b"".join(sie_pieces(extract, sie_type=sie_type, layout=layout))

    def write_sie(
        self,
        path: Path,
        year: int = -1,
        *,
        sie_type: str = "4E",
        faults: Sequence[Fault] = (),
        layout: Layout = PLAIN,
    ) -> int:
        """Write the same file chunk by chunk, in bounded memory, and give its size in bytes."""
        extract = self.extract(year, faults=faults)
        with path.open("wb") as file:
            return sum(map(file.write, sie_pieces(extract, sie_type=sie_type, layout=layout)))


@dataclass(frozen=True)
class Book:
    """One year of a company. `opening_by_project`: öre, accounts x projects (0: none)."""

    company: Company
    place: int
    opening_by_project: np.ndarray

    @property
    def year(self) -> Year:
        """The fiscal year."""
        return self.company.years[self.place]

    @cached_property
    def totals(self) -> Totals:
        """Exact sums of everything booked in the year."""
        month_of_day = self.year.month_of_day
        return self._operations_totals.plus(count([self._year_end], month_of_day))

    @property
    def opening(self) -> np.ndarray:
        """Öre per account."""
        return np.asarray(self.opening_by_project.sum(axis=1))

    @property
    def opening_of_chart(self) -> np.ndarray:
        """Hundredths for each of the company's own accounts."""
        return np.asarray(self.opening[self.company.places])

    @property
    def closing_by_project(self) -> np.ndarray:
        """Öre, accounts x projects, at the end of the year; profit and loss accounts too."""
        return np.asarray(self.opening_by_project + self.totals.by_project.sum(axis=1))

    @property
    def closing(self) -> np.ndarray:
        """Öre per account at the end of the year."""
        return np.asarray(self.closing_by_project.sum(axis=1))

    def chunks(self) -> Iterator[Chunk]:
        """Yield the year's vouchers, in file order; generated anew each time."""
        yield from self._operations()
        if len(self._year_end):
            yield self._year_end

    def extract(self) -> Extract:
        """Give what a true export of the year says."""
        before = self.company.book(self.place - 1) if self.place else None
        nothing = np.zeros(len(ACCOUNTS), dtype=np.int64)
        return Extract(
            name=self.company.name,
            organisation_number=self.company.organisation_number,
            year=self.year,
            previous_year=before.year if before else None,
            accounts=self.company.places,
            country=self.company.country,
            opening=self.opening,
            opening_by_project=self.opening_by_project,
            closing=self.closing,
            previous_opening=before.opening if before else nothing,
            previous_closing=before.closing if before else nothing,
            totals=self.totals,
            chunks=self.chunks,
        )

    def _operations(self) -> Iterator[Chunk]:
        company = self.company
        chunks = operations(
            vouchers=company.vouchers_per_year,
            year=self.year,
            seed=(company.seed, self.place),
            habits=company.habits,
            country=company.country,
        )
        for place, edits in company.edits:
            if place == self.place:
                chunks = edited(chunks, edits)
        return chunks

    @cached_property
    def _operations_totals(self) -> Totals:
        return count(self._operations(), self.year.month_of_day)

    @cached_property
    def _year_end(self) -> Chunk:
        result = self._operations_totals.by_account[~HAS_BALANCE].sum()
        return vouchers(
            opening=self.opening,
            result=int(result),
            days=self.year.days,
            country=self.company.country,
            books_result=self.company.closes_years and self.place < len(self.company.years) - 1,
        )


@lru_cache(maxsize=BOOKS_KEPT)
def _book(company: Company, place: int) -> Book:
    if not place:
        return Book(company, place, first_opening(company.seed, company.country))
    closing = _book(company, place - 1).closing_by_project
    return Book(company, place, next_opening(closing, company.country))


def _kronor(ore: np.ndarray) -> dict[str, Decimal]:
    return {ALL_NUMBERS[place]: _decimal(ore[place]) for place in np.flatnonzero(ore)}


def _decimal(ore: np.int64) -> Decimal:
    return Decimal(int(ore)).scaleb(-2)
