"""The page of a deviation report: what differs there, what does not add up, what waits for long."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ledger.push.sums import Counted, DayTotal
from ledger.text import number_of
from tasks.pages.markdown import and_more, document, escaped, table
from tasks.push_deviations import STATES, DeliveryTotal, Deviations

ROWS_SHOWN: Final = 200

DAY_HEADS: Final = ("day", "currency", "VAT %", "received", "net", "VAT", *STATES, "adds up")
DELIVERY_HEADS: Final = ("route", "delivery", "received", *STATES, "adds up")


def deviations_page(title: str, found: Deviations) -> str:
    """Lay out a tenant's report."""
    return document(
        f"# {escaped(title)}",
        summary(found),
        _part("Not there as it was sent", ("document", "id there", "what"), _rows(found)),
        _part("Have waited for long", ("document", "for"), found.overdue),
        _part("By day and VAT rate", DAY_HEADS, map(day_line, found.by_day)),
        _part("By delivery", DELIVERY_HEADS, map(delivery_line, found.deliveries)),
    )


def summary(found: Deviations) -> str:
    """Return the report in a sentence or two."""
    counts = ", ".join(f"{count:,} {name}" for name, count in found.balance.items())
    adds_up = "which adds up" if found.adds_up else "which does not add up"
    return (
        f"{counts}, {adds_up}. {found.read:,} read there, {found.unread:,} could not be read, "
        f"{number_of(len(found.found), 'deviation')}, {len(found.overdue):,} waiting for long."
    )


def day_line(one: DayTotal) -> tuple[str, ...]:
    """Return a day's row: count and gross of each state."""
    states = (_counted(one.by_state[state]) for state in STATES)
    total = one.received.total
    place = (one.day.isoformat(), one.currency, f"{one.vat_rate:f}")
    sums = (f"{one.received.count:,}", f"{total.net:,.2f}", f"{total.vat:,.2f}")
    return (*place, *sums, *states, _yes(one.adds_up))


def delivery_line(one: DeliveryTotal) -> tuple[str, ...]:
    """Return a delivery's row."""
    states = (f"{one.by_state[state]:,}" for state in STATES)
    return (one.route, one.name, f"{one.received:,}", *states, _yes(one.adds_up))


def _counted(one: Counted) -> str:
    return f"{one.count:,} ({one.total.gross:,.2f})" if one.count else "0"


def _yes(adds_up: bool) -> str:  # noqa: FBT001 - the one thing that it is about
    return "yes" if adds_up else "NO"


def _rows(found: Deviations) -> list[tuple[str, ...]]:
    return [(one.document, one.target_id, one.what) for one in found.found]


def _part(title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = list(rows)
    if not lines:
        return ""
    more = and_more(min(len(lines), ROWS_SHOWN), len(lines), "row")
    return document(f"## {title}", table(heads, lines[:ROWS_SHOWN]), more)
