"""The books of a company in the simulated Fennoa: a generated company's, and how they are shown."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from simulators.books.company import Company
from simulators.fennoa.rows import Row, ledger_rows


@dataclass
class Manners:
    """What the documentation leaves open of the ledger, as switches.

    `balances`: how opening, closing and running balances are signed: ``natural`` (positive on an
    account's usual side), ``debit`` or ``credit`` (that side is positive everywhere), ``columns``
    (opening balances as debit and credit). `as_text`: amounts are strings. `ignores_page`: every
    page is the first. `omits`: names that rows of the ledger lack.
    """

    balances: str = "natural"
    as_text: bool = True
    ignores_page: bool = False
    omits: tuple[str, ...] = ()


@dataclass
class Ledger:
    """A company's books in Fennoa. `ids`: Fennoa's id of each year, oldest first.

    `booked`: rows that were added by hand, by place of the year. `after_page`: what happens to the
    books once a page of the ledger was answered, one after each.
    """

    company: Company
    ids: tuple[int, ...] = ()
    manners: Manners = field(default_factory=Manners)
    booked: dict[int, list[Row]] = field(default_factory=dict)
    after_page: deque[Callable[[Ledger], None]] = field(default_factory=deque)
    _rows: dict[int, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ids = self.ids or tuple(range(11, 11 + len(self.company.years)))

    def edit(
        self,
        *,
        removed: Iterable[tuple[str, int]] = (),
        changed: Iterable[tuple[str, int]] = (),
        year: int = -1,
    ) -> None:
        """Let statements, as series and number, be gone or changed."""
        self.company = self.company.next_night(year=year, removed=removed, changed=changed)
        self._rows.clear()

    def book(self, date: str, *rows: tuple[str, str], number: int, year: int = -1) -> None:
        """Add a statement by hand; rows are account and amount, debit positive."""
        place, day = range(len(self.company.years))[year], dt.date.fromisoformat(date)
        made = [
            Row(number, "GL", number, day, account, int(Decimal(amount).scaleb(2)), "", "", "")
            for account, amount in rows
        ]
        self.booked.setdefault(place, []).extend(made)
        self._rows.clear()

    def unbook(self) -> None:
        """Take all statements away that were added by hand."""
        self.booked.clear()
        self._rows.clear()

    def rows(self, place: int) -> list[Row]:
        """Return the rows of a year by account, then date, as the ledger lists them."""
        if place not in self._rows:
            found = [*ledger_rows(self.company, place), *self.booked.get(place, [])]
            self._rows[place] = sorted(found, key=lambda row: (row.account, row.date, row.id))
        return self._rows[place]

    def opening(self, place: int) -> dict[str, int]:
        """Return the opening balance of each account that has one, in hundredths."""
        company = self.company
        found = zip(company.numbers, company.book(place).opening_of_chart.tolist(), strict=True)
        return {account: ore for account, ore in found if ore}
