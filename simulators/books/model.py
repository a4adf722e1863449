"""The columns of a generated book: vouchers and rows of one chunk, and exact totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from simulators.books.chart import ACCOUNTS
from simulators.books.names import COST_CENTRES, PROJECTS
from simulators.books.years import Year

if TYPE_CHECKING:
    from simulators.books.countries import Country

BOOKED: Final = 0
ADDED: Final = 1
STRUCK: Final = 2
"""`Rows.kind`: a booked row; the mark that the next row was added later; a row struck out."""


@dataclass(frozen=True)
class Rows:
    """Rows of vouchers in file order; every field is a column of one length.

    `voucher` is the position of the row's voucher in its chunk, `account` the position in
    `chart.ACCOUNTS`, `ore` the amount in öre (debit positive), `quantity` in hundredths (0: none).
    `cost_centre` and `project` count from 1 (0: none); `text` is a position in `names.ROW_TEXTS`.
    """

    voucher: np.ndarray
    kind: np.ndarray
    account: np.ndarray
    ore: np.ndarray
    cost_centre: np.ndarray
    project: np.ndarray
    quantity: np.ndarray
    text: np.ndarray

    def __len__(self) -> int:
        return len(self.voucher)

    def take(self, picked: np.ndarray) -> Self:
        """Give the rows that a mask or a column of positions picks."""
        columns = {field.name: getattr(self, field.name)[picked] for field in fields(self)}
        return replace(self, **columns)


@dataclass(frozen=True)
class Chunk:
    """Vouchers of one series, numbers ascending, with their rows.

    `day` and `registered` count from the first day of the year; `label` and `partner` are
    positions in the texts that `text_of` joins.
    """

    series: str
    number: np.ndarray
    day: np.ndarray
    registered: np.ndarray
    label: str
    partner: np.ndarray
    rows: Rows

    def __len__(self) -> int:
        return len(self.number)

    def keep(self, kept: np.ndarray) -> Self:
        """Give the chunk with only the vouchers that a mask keeps."""
        renumbered = np.cumsum(kept, dtype=np.int32) - 1
        rows = self.rows.take(kept[self.rows.voucher])
        columns = {name: getattr(self, name)[kept] for name in _VOUCHER_COLUMNS}
        return replace(self, **columns, rows=replace(rows, voucher=renumbered[rows.voucher]))


_VOUCHER_COLUMNS: Final = ("number", "day", "registered", "partner")


@dataclass(frozen=True)
class Totals:
    """Exact sums of the booked rows, in öre.

    `by_cost_centre` and `by_project` have the axes account, month and object (0: no object);
    both add up to the same sum per account and month.
    """

    by_cost_centre: np.ndarray
    by_project: np.ndarray
    vouchers: int
    booked_rows: int
    history_rows: int

    @property
    def by_month(self) -> np.ndarray:
        """Per account and month."""
        return np.asarray(self.by_cost_centre.sum(axis=2))

    @property
    def by_account(self) -> np.ndarray:
        """Per account."""
        return np.asarray(self.by_month.sum(axis=1))

    def plus(self, other: Totals) -> Totals:
        """Add two sets of totals."""
        return Totals(
            **{
                field.name: getattr(self, field.name) + getattr(other, field.name)
                for field in fields(self)
            }
        )


def count(chunks: Iterable[Chunk], month_of_day: np.ndarray) -> Totals:
    """Add up chunks in whole öre, one at a time."""
    months = int(month_of_day[-1]) + 1
    centres = np.zeros((len(ACCOUNTS), months, len(COST_CENTRES) + 1), dtype=np.int64)
    projects = np.zeros((len(ACCOUNTS), months, len(PROJECTS) + 1), dtype=np.int64)
    vouchers = booked = history = 0
    for chunk in chunks:
        rows = chunk.rows.take(chunk.rows.kind == BOOKED)
        month = month_of_day[chunk.day][rows.voucher]
        np.add.at(centres, (rows.account, month, rows.cost_centre), rows.ore)
        np.add.at(projects, (rows.account, month, rows.project), rows.ore)
        vouchers += len(chunk)
        booked += len(rows)
        history += len(chunk.rows) - len(rows)
    return Totals(centres, projects, vouchers, booked, history)


@dataclass(frozen=True)
class Extract:
    """What one export of one year says; `faults` turn a true one into a damaged one.

    Columns of balances are öre per account, in the order of `chart.ACCOUNTS`; those of the year
    before are zeros when there is none. `chunks` yields the vouchers anew each time it is called.
    """

    name: str
    organisation_number: str
    year: Year
    previous_year: Year | None
    accounts: np.ndarray
    opening: np.ndarray
    opening_by_project: np.ndarray
    closing: np.ndarray
    previous_opening: np.ndarray
    previous_closing: np.ndarray
    totals: Totals
    chunks: Callable[[], Iterator[Chunk]]
    country: Country
