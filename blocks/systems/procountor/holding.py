"""The receipts of a year as they are held while it is fetched: what lies in the lake, what came."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from blocks.lake import ExtractPart
from blocks.systems.ports import KnownYear
from blocks.systems.procountor.receipts import Fetched, Listed, invoice_in
from blocks.systems.procountor.report import Ours, Totals
from ledger.fiscal_year import FiscalYear
from ledger.procountor.counting import SUMMARY
from ledger.procountor.log import Log
from ledger.procountor.parts import ReceiptName, receipt_name
from ledger.procountor.port import Books, read_books
from ledger.procountor.uses import key_of
from ledger.procountor.vouchers import sums
from ledger.source import Part

OVERLAP: Final = dt.timedelta(hours=24)
"""By how much a list of changes goes back behind the newest version that came: the zone of versions
is documented nowhere."""


@dataclass
class Holding:
    """The receipts of one year, by id. `read`: gives the bytes of a part that lies in the lake.

    `removed`: ids that are known to be gone. `moved`: days of other years, by the key of what was
    held with a day of this one.
    """

    year: FiscalYear
    read: Callable[[ExtractPart], bytes]
    counts_period_openings: bool
    parts: dict[int, Part | ExtractPart] = field(default_factory=dict)
    names: dict[int, ReceiptName] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    moved: dict[str, dt.date] = field(default_factory=dict)
    _books: Books | None = None

    @classmethod
    def of(cls, year: FiscalYear, known: KnownYear, *, counts_period_openings: bool) -> Holding:
        """Return what the published extract has, nothing where there is none."""
        made = cls(year, known.read or _unread, counts_period_openings)
        for part in known.parts if known.read else ():
            if name := receipt_name(part.name):
                made.parts[name.id], made.names[name.id] = part, name
        return made

    @property
    def newest(self) -> dt.datetime | None:
        """The highest version that is held; None when nothing is."""
        versions = [_moment(name.version) for name in self.names.values()]
        return max((moment for moment in versions if moment), default=None)

    def wanted(self, listed: Iterable[Listed]) -> set[int]:
        """Return which of the listed receipts are of the year and not held as they are."""
        held = {name.is_of for name in self.names.values()}
        return {
            item.name.id
            for item in listed
            if item.date in self.year and item.name.is_of not in held
        }

    def let_go(self, listed: Iterable[Listed | Fetched]) -> None:
        """Hold no more what has a day of another year, and note where it went."""
        for item in listed:
            if item.date not in self.year and item.name.id in self.names:
                number = item.name.id
                self.moved[key_of(number, self.invoice_of(number))] = item.date
                self.drop({number})

    def invoice_of(self, number: int) -> int | None:
        """Return the invoice of a receipt that is held; None without one."""
        return invoice_in(self._readable(self.parts[number]).read())

    def take(self, fetched: Sequence[Fetched]) -> None:
        """Hold what came, in place of what was held under its ids."""
        self.let_go(fetched)
        for item in fetched:
            if item.date in self.year:
                self.parts[item.name.id] = _part(item)
                self.names[item.name.id] = item.name
                self.removed.discard(item.name.id)
        self._books = None

    def drop(self, numbers: Iterable[int]) -> None:
        """Hold these no more."""
        for number in numbers:
            self.parts.pop(number, None)
            self.names.pop(number, None)
        self._books = None

    def books(self) -> Books:
        """Return the receipts, read; what the reader notes of them it notes again when staging."""
        if self._books is None:
            parts = [self._readable(part) for part in self.parts.values()]
            self._books = read_books(
                parts, self.year, Log(), counts_period_openings=self.counts_period_openings
            )
        return self._books

    def suspects(self) -> set[int]:
        """Return the ids that another has probably replaced: of an invoice, of a month's VAT.

        All but the newest of each; of those nobody says that they are gone.
        """
        newest: dict[object, list[int]] = defaultdict(list)
        for number, invoice, kind, day in self._heads():
            if invoice is not None:
                newest["invoice", invoice].append(number)
            elif kind == SUMMARY:
                newest["summary", day.year, day.month].append(number)
        return {number for numbers in newest.values() for number in sorted(numbers)[:-1]}

    def invoices(self) -> set[int]:
        """Return the invoices of what is held."""
        return {invoice for _, invoice, _, _ in self._heads() if invoice is not None}

    def within(self, first: dt.date, last: dt.date) -> set[int]:
        """Return the ids of those held whose day lies within two, both included."""
        return {number for number, _, _, day in self._heads() if first <= day <= last}

    def opening(self) -> Totals:
        """Return the opening balances of the year's own receipt of opening accounts; else none."""
        return totals_of(self.books().opening)

    def _heads(self) -> list[tuple[int, int | None, str, dt.date]]:
        receipts = self.books().every
        columns = (receipts[name].to_pylist() for name in ("id", "invoiceId", "type", "day"))
        return list(zip(*columns, strict=True))

    def ours(self, opening: Totals, last: dt.date) -> Ours:
        """Return what the receipts come to from the year's first day to a day."""
        counted = self.books().counted
        until = counted.filter(pc.less_equal(counted["day"], pa.scalar(last)))
        taxed = counted.filter(pc.equal(counted["type"], SUMMARY))
        return Ours(opening, totals_of(until), frozenset(totals_of(taxed)))

    def _readable(self, part: Part | ExtractPart) -> Part:
        if isinstance(part, Part):
            return part
        return Part(part.name, lambda: self.read(part))


def totals_of(receipts: pa.Table) -> Totals:
    """Return the sums of receipts' rows by account."""
    summed = sums(receipts)
    return dict(zip(summed["account"].to_pylist(), summed["amount"].to_pylist(), strict=True))


def _part(item: Fetched) -> Part:
    return Part(item.name.part, lambda: item.content)


def _moment(version: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(version).replace(tzinfo=None)
    except ValueError:
        return None


def _unread(part: ExtractPart) -> bytes:
    raise KeyError(part.name)
