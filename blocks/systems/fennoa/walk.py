"""Walking Fennoa's list of invoices: everything newer than a mark, or nothing is concluded.

The list has pages by number, in the order and with the end that were found out before (`listing`);
a list that is otherwise concludes nothing. What comes or goes while it is walked shifts rows from
page to page, and one that goes may shift a row past the reader; so each page is read once more
after the one that follows it, and a walk whose pages did not stay as they were has seen nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Final

from blocks.systems.fennoa.listing import (
    PAGE_ROWS,
    End,
    KeyIn,
    ListFacts,
    Order,
    Row,
    Unread,
    ids_of,
)
from blocks.systems.fennoa.prepared import Prepared
from blocks.systems.targets import Walk

MAX_PAGES: Final = 500
"""Pages of one walk; a list that is longer concludes nothing."""
MARGIN: Final = 500
"""By how many ids a mark is set back: ids need not be given in the order of time."""
MAX_DETAILS: Final = 1_000
"""Invoices that are read one by one when the list does not show our key."""
KEY: Final = re.compile(r"\btasma:([0-9a-f]{16,64})\b")
"""Our key as it travels in an invoice."""

Get = Callable[[str], Awaitable[list[Row] | Row | Unread]]
"""Returns what a path has, or why it has nothing."""


class Walker:
    """One walk. `key_field`: in which our key travels. `pages`: up to which the list was read."""

    def __init__(self, get: Get, facts: ListFacts, key_field: str) -> None:
        self._get, self._facts, self._key_field = get, facts, key_field
        self.pages = 1

    async def walk(self, mark: str, wanted: Mapping[str, Prepared]) -> Walk:
        """Return what is newer than a mark: ours by key, and what looks like a wanted one.

        Args:
            mark: The highest id that was seen before; empty to look at everything.
            wanted: What may be there, by key.
        """
        rows = await self._newer(max(0, int(mark or 0) - MARGIN))
        complete = None if rows is None else await self._with_keys(rows)
        if complete is None:
            return Walk(is_complete=False, newest="")
        ours: dict[str, set[str]] = defaultdict(set)
        likely: dict[str, set[str]] = defaultdict(set)
        for number, row in complete.items():
            if found := self._key_of(row):
                ours[found].add(str(number))
            elif number > int(mark or 0):
                for key, prepared in wanted.items():
                    if _looks_like(row, prepared):
                        likely[key].add(str(number))
        return Walk(
            is_complete=True,
            newest=str(max(complete, default=0) or mark or ""),
            ours={key: frozenset(ids) for key, ids in ours.items()},
            lookalikes={key: frozenset(ids) for key, ids in likely.items()},
        )

    async def _newer(self, after: int) -> dict[int, Row] | None:
        """Return the invoices with a higher id; None when the list could not be read as one."""
        first = await self._first_page(after)
        if first is None:
            return None
        found: dict[int, Row] = {}
        before: list[int] = []
        for page in range(first, first + MAX_PAGES):
            numbers = await self._page(page)
            if numbers is None or (page > first and not await self._is_still(page - 1, before)):
                return None
            ids = list(numbers)
            is_repeated = self._facts.end is End.REPEATED and ids == before
            if not is_repeated and not _is_as_found(self._facts.order, [*before[-1:], *ids]):
                return None
            if page == first > 1 and ids and ids[0] > after:
                return None  # what was deleted meanwhile moved rows to the page before
            before, self.pages = ids, max(self.pages, page)
            found |= numbers
            is_passed = self._facts.order is Order.NEWEST_FIRST and ids[-1:] <= [after]
            if is_repeated or len(ids) < PAGE_ROWS or is_passed:
                return {number: row for number, row in found.items() if number > after}
        return None

    async def _first_page(self, after: int) -> int | None:
        """Return where to begin: at 1, or where a list that is oldest first comes to what is newer.

        What is deleted meanwhile moves rows to earlier pages, so the page before the first that is
        newer is where it begins.
        """
        if self._facts.order is not Order.OLDEST_FIRST:
            return 1
        for page in range(self._facts.pages, 1, -1):
            numbers = await self._page(page)
            if numbers is None:
                return None
            if numbers and next(iter(numbers)) <= after:
                return page
        return 1

    async def _is_still(self, page: int, before: list[int]) -> bool:
        reread = await self._page(page)
        return reread is not None and list(reread) == before

    async def _page(self, page: int) -> dict[int, Row] | None:
        """Return the rows of a page by id; none behind the end."""
        found = await self._get(f"sales_api/?page={page}")
        if found is Unread.ABSENT and page > 1 and self._facts.end is End.ABSENT:
            return {}
        if not isinstance(found, list):
            return None
        try:
            rows = zip(ids_of(found), found, strict=True)
            return {number: row["SalesInvoice"] for number, row in rows}
        except (KeyError, TypeError, ValueError):
            return None

    async def _with_keys(self, rows: dict[int, Row]) -> dict[int, Row] | None:
        """Return the rows with the field of our key, read one by one where the list may lack it."""
        blind = [number for number, row in rows.items() if not self._is_shown(row)]
        if len(blind) > MAX_DETAILS:
            return None
        complete = dict(rows)
        for number in blind:
            found = await self._get(f"sales_api/{number}")
            if not isinstance(found, dict) or "SalesInvoice" not in found:
                return None
            if self._key_field not in found["SalesInvoice"]:
                return None  # a key that is not shown is not one that is not there
            complete[number] = found["SalesInvoice"]
        return complete

    def _is_shown(self, row: Row) -> bool:
        """Return whether the list says of an invoice whether it has a key of ours."""
        if self._key_of(row):
            return True
        return self._key_field in row and self._facts.key_in is KeyIn.LIST

    def _key_of(self, row: Row) -> str:
        found = KEY.search(str(row.get(self._key_field, "")))
        return found.group(1) if found else ""


def _is_as_found(order: Order, numbers: list[int]) -> bool:
    """Return whether a list goes on in the order in which it was found."""
    if order is Order.NEWEST_FIRST:
        return all(one > next_ for one, next_ in pairwise(numbers))
    if order is Order.OLDEST_FIRST:
        return all(one < next_ for one, next_ in pairwise(numbers))
    return True


def _looks_like(row: Row, prepared: Prepared) -> bool:
    """Return whether an invoice without our key may be one of ours that somebody edited.

    The list need not have the customer's number; then name, date and total tell enough to look.
    """
    try:
        total = Decimal(str(row.get("total_gross")))
    except InvalidOperation:
        return False
    number, name = str(row.get("customer_no", "")), str(row.get("name", ""))
    is_same = not number or number == prepared.customer_no or name == prepared.form.get("name")
    return (
        is_same
        and str(row.get("invoice_date", "")) == prepared.invoice_date
        and total == prepared.totals.gross
    )
