"""How Fennoa's list of invoices is ordered, how it ends, and where our key comes back in it.

None of it is documented, so it is found out when a tenant is connected or checked, and kept; a walk
(`walk`) goes by it, and concludes nothing where the list is not as it was found.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Final, Self

PAGE_ROWS: Final = 200
FAR_PAGE: Final = 100_000
"""A page behind the end of any list; 20 million invoices."""

Row = dict[str, Any]


class Order(StrEnum):
    """In which order the list is, by the ids."""

    NEWEST_FIRST = "newest_first"
    OLDEST_FIRST = "oldest_first"
    UNKNOWN = "unknown"
    """Neither, or it does not show yet: the list is read from its beginning to its end."""


class End(StrEnum):
    """What the page after the last one is."""

    EMPTY = "empty"
    ABSENT = "absent"
    """404."""
    REPEATED = "repeated"
    """The last page once more."""


class KeyIn(StrEnum):
    """Where the field of our key comes back."""

    LIST = "list"
    DETAIL = "detail"
    NOWHERE = "nowhere"
    UNKNOWN = "unknown"
    """No invoice has anything in it yet."""


class Unread(StrEnum):
    """Why there is no page."""

    ABSENT = "absent"
    FAILED = "failed"


ReadPage = Callable[[int], Awaitable[list[Row] | Unread]]
"""Returns the rows of a page, from 1."""


@dataclass(frozen=True)
class ListFacts:
    """What was found out of a company's list. `pages`: how many there were then."""

    order: Order = Order.UNKNOWN
    end: End = End.EMPTY
    pages: int = 1
    key_in: KeyIn = KeyIn.UNKNOWN

    @classmethod
    def of_stored(cls, stored: Mapping[str, str]) -> Self:
        """Read what `stored` gave; what is not there is not known."""
        known = {field.name for field in fields(cls)} & stored.keys()
        found = cls()
        kinds: dict[str, Callable[[str], Any]] = {
            "order": Order,
            "end": End,
            "pages": int,
            "key_in": KeyIn,
        }
        return replace(found, **{name: kinds[name](stored[name]) for name in known})

    def stored(self) -> dict[str, str]:
        """Return them as texts, as the hub keeps them."""
        return {field.name: str(getattr(self, field.name)) for field in fields(self)}


async def judge_list(read_page: ReadPage) -> tuple[ListFacts, list[Row], list[Row]] | None:
    """Find out order, pages and end of a list; with the rows of its first and its last page.

    Returns:
        None where a page could not be read.
    """
    first, far = await read_page(1), await read_page(FAR_PAGE)
    if isinstance(first, Unread) or far is Unread.FAILED:
        return None
    end = _end(far)
    pages = await _count(read_page, far)
    last = first if pages == 1 else await read_page(pages or 1)
    if pages is None or isinstance(last, Unread):
        return None
    rows = [*first, *(last if pages > 1 else [])]
    return ListFacts(_order(rows), end, pages), first, last


def _end(far: list[Row] | Unread) -> End:
    if far is Unread.ABSENT:
        return End.ABSENT
    return End.REPEATED if far else End.EMPTY


async def _count(read_page: ReadPage, far: list[Row] | Unread) -> int | None:
    """Return how many pages there are, found by halves; None where one could not be read."""
    is_repeated = isinstance(far, list) and bool(far)
    before, first_end = 0, 1
    while True:
        page = await read_page(first_end)
        if page is Unread.FAILED or first_end > FAR_PAGE:
            return None
        if _is_end(page, far):
            break
        before, first_end = first_end, first_end * 2
    while first_end - before > 1:
        middle = (before + first_end) // 2
        page = await read_page(middle)
        if page is Unread.FAILED:
            return None
        before, first_end = (before, middle) if _is_end(page, far) else (middle, first_end)
    return first_end if is_repeated else max(1, first_end - 1)


def _is_end(page: list[Row] | Unread, far: list[Row] | Unread) -> bool:
    """Return whether a page lies behind the list, or is its last where that is repeated."""
    if isinstance(page, Unread) or not page:
        return True
    return isinstance(far, list) and bool(far) and ids_of(page) == ids_of(far)


def _order(rows: list[Row]) -> Order:
    """Return the order by ids where rows prove it.

    A list that goes by dates is in the order of ids as well, until an invoice comes with an old
    date; so ids have to be in order where dates are not.
    """
    ids = ids_of(rows)
    dates = [str(row["SalesInvoice"].get("invoice_date", "")) for row in rows]
    if dates in (sorted(dates), sorted(dates, reverse=True)):
        return Order.UNKNOWN
    if ids == sorted(ids, reverse=True):
        return Order.NEWEST_FIRST
    return Order.OLDEST_FIRST if ids == sorted(ids) else Order.UNKNOWN


def ids_of(rows: list[Row]) -> list[int]:
    """Return the ids of rows in their order.

    Raises:
        KeyError, TypeError, ValueError: A row is none of Fennoa's.
    """
    return [int(row["SalesInvoice"]["id"]) for row in rows]
