"""Books that move while they are read: between two pages, between two calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from simulators.fortnox.ask import Ask
from simulators.fortnox.edition import Edition, VoucherKey
from simulators.fortnox.faults import Fault
from simulators.fortnox.resources.vouchers import heads


def seen(ask: Ask, due: Mapping[str, Fault]) -> Edition:
    """Give the books that a request sees.

    ``shift_pages`` with ``how="insert"`` leaves a voucher out of this answer: the pages that follow
    have it, as if it had been booked in between.
    """
    fault = due.get("shift_pages")
    if fault is None or fault.details["how"] != "insert":
        return ask.edition
    place = ask.place()
    return ask.edition.edited([_shifting(ask, fault)], year=place, at=ask.now)


def change_books(ask: Ask, due: Mapping[str, Fault]) -> None:
    """Change the books once an answer is made, so that the next request sees others."""
    shift, change = due.get("shift_pages"), due.get("books_change_during_pull")
    if shift and shift.details["how"] == "remove":
        ask.tenant.edit(removed=[_shifting(ask, shift)], year=ask.place())
    if change:
        removed = voucher_keys(change.details["removed"])
        changed = voucher_keys(change.details["changed"])
        usual = [] if removed or changed else [("B", 1)]
        ask.tenant.edit(removed=removed, changed=changed or usual, year=change.details["year"])


def _shifting(ask: Ask, fault: Fault) -> VoucherKey:
    if fault.details["voucher"]:
        return voucher_keys([fault.details["voucher"]])[0]
    first = heads(ask.edition, ask.place())[0]
    return first.series, first.number


def voucher_keys(vouchers: Iterable[Any]) -> list[VoucherKey]:
    """Read vouchers that may have come as JSON."""
    return [(str(series), int(number)) for series, number in vouchers]
