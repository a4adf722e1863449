"""What a document amounts to, by day and VAT rate: kept beside it, so that deliveries add up."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from ledger.invoice.arithmetic import Sum

if TYPE_CHECKING:
    from ledger.invoice.document import InvoiceDocument
    from ledger.invoice.pushed.invoices import PushedInvoice


@dataclass(frozen=True)
class Sums:
    """The sums of a document. `by_rate`: by VAT rate in per cent, in cents of `currency`."""

    day: dt.date
    currency: str
    by_rate: Mapping[Decimal, Sum] = field(default_factory=dict)

    @classmethod
    def of_invoice(cls, invoice: InvoiceDocument | PushedInvoice) -> Self:
        """Return those of an invoice as it says them, by the rounding that is nobody's own."""
        return cls(invoice.invoice_date, invoice.currency, invoice.totals.by_rate)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the sums that `as_text` wrote."""
        found = json.loads(text)
        by_rate = {
            Decimal(rate): Sum(Decimal(net), Decimal(vat))
            for rate, (net, vat) in found["by_rate"].items()
        }
        return cls(dt.date.fromisoformat(found["day"]), found["currency"], by_rate)

    def as_text(self) -> str:
        """Return them as one text: the same value comes back."""
        by_rate = {str(rate): [str(one.net), str(one.vat)] for rate, one in self.by_rate.items()}
        found = {"day": self.day.isoformat(), "currency": self.currency, "by_rate": by_rate}
        return json.dumps(found)


@dataclass(frozen=True)
class Counted:
    """How many documents have a VAT rate, and their sums of it."""

    count: int = 0
    total: Sum = Sum()  # noqa: RUF009 - it is immutable

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.count + other.count, self.total + other.total)


@dataclass(frozen=True)
class DayTotal:
    """What was delivered of a day, currency and VAT rate, and how that stands.

    `by_state`: done, held, rejected and queued.
    """

    day: dt.date
    currency: str
    vat_rate: Decimal
    received: Counted
    by_state: Mapping[str, Counted]

    @property
    def adds_up(self) -> bool:
        """Return whether what was received is all that stands somewhere, by count and sums."""
        return self.received == sum(self.by_state.values(), start=Counted())


def day_totals(
    received: Iterable[Sums], found_by_state: Mapping[str, Iterable[Sums]]
) -> list[DayTotal]:
    """Return the totals of each day, currency and VAT rate, in that order.

    Args:
        received: Of each document that was ever delivered.
        found_by_state: Of those that there are, by state.
    """
    came = _by_place(received)
    there = {state: _by_place(found) for state, found in found_by_state.items()}
    places = sorted({*came, *(place for found in there.values() for place in found)})
    return [
        DayTotal(
            *place,
            came.get(place, Counted()),
            {state: found.get(place, Counted()) for state, found in there.items()},
        )
        for place in places
    ]


def _by_place(found: Iterable[Sums]) -> dict[tuple[dt.date, str, Decimal], Counted]:
    totals: dict[tuple[dt.date, str, Decimal], Counted] = {}
    for sums in found:
        for rate, total in sums.by_rate.items():
            place = (sums.day, sums.currency, rate)
            totals[place] = totals.get(place, Counted()) + Counted(1, total)
    return totals
