"""The books of one tenant between two edits: lists and files are made when asked for, and kept."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar, cast
from zoneinfo import ZoneInfo

from simulators.books.company import Book, Company
from simulators.books.model import Chunk

VoucherKey: TypeAlias = tuple[str, int]
"""Series and number."""

PlacedVoucher: TypeAlias = tuple[int, str, int]
"""Place of the year, series and number."""

SWEDEN: Final = ZoneInfo("Europe/Stockholm")
"""Fortnox documents no time zone of lastmodified; Swedish time is assumed."""

Kept = TypeVar("Kept")


class Attached(NamedTuple):
    """A file that was hung on a voucher while the simulator runs.

    `content`: None when the archive has lost it.
    """

    voucher: PlacedVoucher
    id: str
    name: str
    content: bytes | None


@dataclass(frozen=True)
class Edition:
    """What a tenant's books say now. A year is its place among the company's years.

    `ids`: Fortnox's Id per place; `base`: address of the simulator, for the links in lists;
    `modified_at`: when vouchers were changed, in Swedish time; `hidden`: vouchers that SIE files
    leave out; `unbalanced`: those of them that the balances of SIE files leave out too; `attached`:
    files beside those that the books bring; `detached`: ids of files that hang on nothing any more;
    `postponed`: customer invoices whose due date was moved, and how often; `unbooked`: those that
    no voucher books yet; `sent`: those that were printed, which marks them as sent.
    """

    company: Company
    ids: tuple[int, ...]
    base: str
    number: int = 1
    modified_at: Mapping[PlacedVoucher, dt.datetime] = field(default_factory=dict)
    hidden: frozenset[PlacedVoucher] = frozenset()
    unbalanced: frozenset[PlacedVoucher] = frozenset()
    attached: tuple[Attached, ...] = ()
    detached: frozenset[str] = frozenset()
    postponed: Mapping[int, int] = field(default_factory=dict)
    unbooked: frozenset[int] = frozenset()
    sent: frozenset[int] = frozenset()
    _kept: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, compare=False, repr=False)

    def kept(self, key: Hashable, build: Callable[[], Kept]) -> Kept:
        """Give what was built under a key before, or build it."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = build()
            return cast("Kept", self._kept[key])

    def book(self, place: int) -> Book:
        """Give the book of a year."""
        return self.kept(("book", place), lambda: self.company.book(place))

    def chunks(self, place: int) -> list[Chunk]:
        """Give a year's vouchers as columns."""
        return self.kept(("chunks", place), lambda: list(self.book(place).chunks()))

    def current(self, today: dt.date) -> int:
        """Give the place of the current year, else of the last to begin."""
        years = self.company.years
        running = [p for p, year in enumerate(years) if year.start_date <= today <= year.end_date]
        return running[0] if running else years.index(max(years, key=lambda y: y.start_date))

    def next(self) -> Edition:
        """Give the next edition, with nothing built yet."""
        return replace(self, number=self.number + 1, _kept={}, _lock=threading.RLock())

    def edited(
        self,
        removed: Iterable[VoucherKey] = (),
        changed: Iterable[VoucherKey] = (),
        *,
        year: int = -1,
        at: dt.datetime,
    ) -> Edition:
        """Give the books after vouchers of a year were removed or changed."""
        place, changed = self._place(year), list(changed)
        when = at.astimezone(SWEDEN).replace(tzinfo=None)
        modified = {(place, *voucher): when for voucher in changed}
        company = self.company.next_night(year=place, removed=removed, changed=changed)
        return replace(self.next(), company=company, modified_at={**self.modified_at, **modified})

    def hiding(self, voucher: VoucherKey, *, year: int = -1, in_balances: bool = True) -> Edition:
        """Give the books whose SIE files leave a voucher out."""
        placed = frozenset({(self._place(year), *voucher)})
        unbalanced = self.unbalanced if in_balances else self.unbalanced | placed
        return replace(self.next(), hidden=self.hidden | placed, unbalanced=unbalanced)

    def attaching(
        self, voucher: VoucherKey, file: tuple[str, str, bytes | None], *, year: int = -1
    ) -> Edition:
        """Give the books with one file more: its id, name and content."""
        attached = Attached((self._place(year), *voucher), *file)
        return replace(self.next(), attached=(*self.attached, attached))

    def detaching(self, file_id: str) -> Edition:
        """Give the books in which nothing names a file; the archive still has it."""
        return replace(self.next(), detached=self.detached | {file_id})

    def postponing(self, invoice: int) -> Edition:
        """Give the books in which a customer invoice is due a day later than before."""
        moved = {**self.postponed, invoice: self.postponed.get(invoice, 0) + 1}
        return replace(self.next(), postponed=moved)

    def unbooking(self, invoice: int) -> Edition:
        """Give the books in which no voucher books a customer invoice."""
        return replace(self.next(), unbooked=self.unbooked | {invoice})

    def sending(self, invoice: int) -> Edition:
        """Give the books in which a customer invoice is marked as sent."""
        return replace(self.next(), sent=self.sent | {invoice})

    def _place(self, year: int) -> int:
        return range(len(self.company.years))[year]
