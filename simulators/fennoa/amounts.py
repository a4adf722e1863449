"""What the rows of an invoice come to, as the simulated Fennoa counts."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

CENT: Final = Decimal("0.01")


class Totals(NamedTuple):
    """Net and VAT of an invoice, in its currency."""

    net: Decimal
    vat: Decimal

    def plus(self, net: Decimal, rate: Decimal) -> Totals:
        """Return them with another net amount and its VAT."""
        net = net.quantize(CENT, ROUND_HALF_UP)
        return Totals(self.net + net, self.vat + _vat(rate, net))

    def shown(self) -> dict[str, str]:
        """Return them as an invoice has them."""
        return {
            "total_net": f"{self.net:.2f}",
            "total_vat": f"{self.vat:.2f}",
            "total_gross": f"{self.net + self.vat:.2f}",
        }


def totals_of(rows: list[dict[str, str]], *, includes_vat: bool, vat_per_row: bool) -> Totals:
    """Return the sums of the rows that have a price, rounded half up."""
    by_rate: dict[Decimal, list[Decimal]] = {}
    for row in rows:
        if "price" not in row:
            continue
        amount = Decimal(row["price"]) * Decimal(row.get("quantity", "1"))
        amount *= 1 - Decimal(row.get("discount_percent", "0")) / 100
        rate = Decimal(row.get("vatpercent", "0"))
        net = amount / (1 + rate / 100) if includes_vat else amount
        by_rate.setdefault(rate, []).append(net.quantize(CENT, ROUND_HALF_UP))
    net = sum((sum(amounts, Decimal(0)) for amounts in by_rate.values()), Decimal(0))
    parts = (
        (rate, part)
        for rate, amounts in by_rate.items()
        for part in (amounts if vat_per_row else [sum(amounts, Decimal(0))])
    )
    return Totals(net, sum((_vat(rate, part) for rate, part in parts), Decimal(0)))


def _vat(rate: Decimal, net: Decimal) -> Decimal:
    return (net * rate / 100).quantize(CENT, ROUND_HALF_UP)
