"""The sums of an invoice, and the rows that Procountor posts for it by itself.

Source:
    Procountor API 26.04: invoiceSumInfo; support.procountor.fi 4402763450129 (an invoice's receipt
    has one REVERSING_ENTRY and an ENTRY for each row or rate).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from simulators.procountor.company import Body, Company
from simulators.procountor.enums import SALES_TYPES

CENT: Final = Decimal("0.01")
ZERO: Final = Decimal(0)
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True)
class Sums:
    """Totals in the invoice's currency, and the net of each row, all rounded to cents."""

    net: Decimal
    vat: Decimal
    rows: tuple[Decimal, ...]

    @property
    def gross(self) -> Decimal:
        """What is to be paid."""
        return self.net + self.vat


def rounded(value: Decimal) -> Decimal:
    """Round to cents, half away from zero."""
    return value.quantize(CENT, ROUND_HALF_UP)


def sums_of(body: Body) -> Sums:
    """Add up an invoice: VAT is computed per rate from the rounded rows."""
    has_vat = bool(body["extraInfo"]["unitPricesIncludeVat"])
    keep = 1 - (body.get("discountPercent") or ZERO) / HUNDRED
    nets: list[Decimal] = []
    by_rate: dict[Decimal, Decimal] = defaultdict(lambda: ZERO)
    for row in body["invoiceRows"]:
        rate = row["vatPercent"]
        value = row["quantity"] * row["unitPrice"] * (1 - row["discountPercent"] / HUNDRED) * keep
        nets.append(rounded(value / (1 + rate / HUNDRED) if has_vat else value))
        by_rate[rate] += rounded(value) if has_vat else nets[-1]
    net = sum(nets, ZERO)
    if has_vat:
        return Sums(net, sum(by_rate.values(), ZERO) - net, tuple(nets))
    vat = sum((rounded(value * rate / HUNDRED) for rate, value in by_rate.items()), ZERO)
    return Sums(net, vat, tuple(nets))


def gross_of_rows(rows: Iterable[Body]) -> Decimal:
    """Return what the rows of a receipt sum to with their VAT, which is computed per rate."""
    by_rate: dict[Decimal, Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        by_rate[Decimal(row["vatPercent"])] += row["accountingValue"]
    return sum((v + rounded(v * rate / HUNDRED) for rate, v in by_rate.items()), ZERO)


def own_rows(company: Company, body: Body) -> list[Body]:
    """Return the rows that Procountor posts for an invoice, in the environment's currency."""
    is_sale = body["type"] in SALES_TYPES
    side, vat_type = (-1, "SALES") if is_sale else (1, "PURCHASE")
    found = sums_of(body)
    rate = body["paymentInfo"].get("currencyRate") or Decimal(1)
    other: Body = {
        "transactionType": "REVERSING_ENTRY",
        "account": company.posting.get(body["type"], company.posting["PURCHASE_INVOICE"]),
        "accountingValue": rounded(-side * found.gross / rate),
        "vatPercent": ZERO,
    }
    entries = [
        _entry(company, body, row, rounded(side * net / rate), vat_type)
        for row, net in zip(body["invoiceRows"], found.rows, strict=True)
    ]
    if not body["extraInfo"]["accountingByRow"]:
        entries = _joined(entries)
    rows = [other, *entries]
    difference = gross_of_rows(rows)
    return [*rows, *reconciling(company, difference)] if difference else rows


def reconciling(company: Company, difference: Decimal) -> list[Body]:
    """Return the row that closes a receipt which sums to ``difference``."""
    return [
        {
            "transactionType": "RECONCILIATION_ENTRY",
            "account": company.posting["rounding"],
            "accountingValue": -difference,
            "vatPercent": ZERO,
        }
    ]


def _entry(company: Company, body: Body, row: Body, value: Decimal, vat_type: str) -> Body:
    side = "sales" if vat_type == "SALES" else "purchases"
    product = company.products.get(row.get("productId") or 0)
    own: Any = product.body.get("defaultAccount") if product else None
    entry: Body = {
        "transactionType": "ENTRY",
        "account": own or company.posting[side],
        "accountingValue": value,
        "vatPercent": row["vatPercent"],
        "vatType": vat_type,
        "vatDeductionPercent": HUNDRED,
        "description": row["product"][:255],
    }
    status = row.get("vatStatus") or body.get("vatStatus")
    return entry | ({"vatStatus": status} if status is not None else {})


def _joined(entries: list[Body]) -> list[Body]:
    joined: dict[Any, Body] = {}
    for entry in entries:
        key = (entry["account"], entry["vatPercent"], entry.get("vatStatus"))
        if key in joined:
            joined[key]["accountingValue"] += entry["accountingValue"]
        else:
            joined[key] = dict(entry)
    return list(joined.values())
