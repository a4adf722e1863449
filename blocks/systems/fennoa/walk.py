"""Walking Fennoa's list of invoices: everything newer than a mark, or nothing is concluded.

The list has pages by number, 200 a page, in an order that is not promised. What comes or goes while
it is walked shifts rows from page to page, and one that goes may shift a row past the reader; so
each page is read once more after the one that follows it, and a walk whose pages did not stay as
they were has seen nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any, Final

from blocks.systems.fennoa.prepared import Prepared
from blocks.systems.targets import Walk

PAGE_ROWS: Final = 200
MAX_PAGES: Final = 500
"""Pages of one walk; a list that is longer concludes nothing."""
MARGIN: Final = 500
"""By how many ids a mark is set back: ids need not be given in the order of time."""
MAX_DETAILS: Final = 1_000
"""Invoices that are read one by one when the list does not show our key."""
KEY: Final = re.compile(r"\btasma:([0-9a-f]{16,64})\b")
"""Our key as it travels in an invoice."""

Row = dict[str, Any]
Get = Callable[[str], Awaitable[list[Row] | Row | None]]


async def walk_invoices(get: Get, mark: str, wanted: Mapping[str, Prepared]) -> Walk:
    """Return what is newer than a mark: ours by key, and what looks like a wanted one.

    Args:
        get: Returns what a path has, None when it could not be read.
        mark: The highest id that was seen before; empty to look at everything.
        wanted: What may be there, by key.
    """
    rows = await _newer(get, max(0, int(mark or 0) - MARGIN))
    if rows is None:
        return Walk(is_complete=False, newest="")
    if (complete := await _with_keys(get, rows)) is None:
        return Walk(is_complete=False, newest="")
    ours: dict[str, set[str]] = defaultdict(set)
    likely: dict[str, set[str]] = defaultdict(set)
    for number, row in complete.items():
        if found := KEY.search(str(row.get("notes_internal", ""))):
            ours[found.group(1)].add(str(number))
        elif number > int(mark or 0):
            for key, prepared in wanted.items():
                if _looks_like(row, prepared):
                    likely[key].add(str(number))
    newest = str(max(complete, default=0) or mark or "")
    return Walk(
        is_complete=True,
        newest=newest,
        ours={key: frozenset(ids) for key, ids in ours.items()},
        lookalikes={key: frozenset(ids) for key, ids in likely.items()},
    )


async def _newer(get: Get, after: int) -> dict[int, Row] | None:
    """Return the invoices with a higher id; None when the list could not be read as one."""
    found: dict[int, Row] = {}
    order: list[int] = []
    before: list[int] = []
    for page in range(1, MAX_PAGES + 1):
        numbers = await _page(get, page)
        if numbers is None:
            return None
        if page > 1:
            reread = await _page(get, page - 1)
            if reread is None or list(reread) != before:
                return None
        before = list(numbers)
        order += before
        found |= numbers
        # Only a list that was newest first all the way is known to hold nothing newer further on.
        is_passed = bool(before) and before[-1] <= after and _is_descending(order)
        if len(numbers) < PAGE_ROWS or is_passed:
            return {number: row for number, row in found.items() if number > after}
    return None


async def _page(get: Get, page: int) -> dict[int, Row] | None:
    return _numbered(await get(f"sales_api/?page={page}"))


def _is_descending(numbers: list[int]) -> bool:
    return all(one > next_ for one, next_ in pairwise(numbers))


async def _with_keys(get: Get, rows: dict[int, Row]) -> dict[int, Row] | None:
    """Return the rows with the field of our key, read one by one where the list has it not."""
    blind = [number for number, row in rows.items() if "notes_internal" not in row]
    if len(blind) > MAX_DETAILS:
        return None
    complete = dict(rows)
    for number in blind:
        found = await get(f"sales_api/{number}")
        if not isinstance(found, dict) or "SalesInvoice" not in found:
            return None
        if "notes_internal" not in found["SalesInvoice"]:
            return None  # a key that is not shown is not one that is not there
        complete[number] = found["SalesInvoice"]
    return complete


def _numbered(rows: list[Row] | Row | None) -> dict[int, Row] | None:
    if not isinstance(rows, list):
        return None
    try:
        return {int(row["SalesInvoice"]["id"]): row["SalesInvoice"] for row in rows}
    except (KeyError, TypeError, ValueError):
        return None


def _looks_like(row: Row, prepared: Prepared) -> bool:
    """Return whether an invoice without our key may be one of ours that somebody edited.

    The list need not have the customer's number; then name, date and total tell enough to look.
    """
    try:
        total = Decimal(str(row.get("total_gross")))
    except InvalidOperation:
        return False
    number, name = str(row.get("customer_no", "")), str(row.get("name", ""))
    is_same = number == prepared.customer_no or not number or name == prepared.form.get("name")
    return (
        is_same
        and str(row.get("invoice_date", "")) == prepared.invoice_date
        and total == prepared.total_gross
    )
