"""Codes of Fortnox that are known here; an unknown one is kept as it is, and counted.

Fortnox publishes no list of its VAT codes, so that of `KNOWN_VAT_CODES` says only which are no
news: an unknown one may be new there, or the sign of an answer that is not what it seems.
"""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from typing import Final

import pyarrow as pa

from blocks.settings import REFERENCE

KNOWN_VAT_CODES: Final = REFERENCE / "fortnox_vat_codes.csv"

REFERENCE_TYPES: Final = frozenset(
    {
        "INVOICE", "SUPPLIERINVOICE", "INVOICEPAYMENT", "SUPPLIERPAYMENT", "MANUAL", "CASHINVOICE",
        "ACCRUAL",
    }
)  # fmt: skip
"""What a voucher may be made from (Fortnox OpenAPI, /3/vouchers)."""


def unknown_codes(accounts: pa.Table, vouchers: pa.Table) -> dict[str, int]:
    """Count the codes that nobody here knows: ``VATCode XY9`` and in how many rows it stands.

    Args:
        accounts: `wire.OPENING_BALANCES`.
        vouchers: `wire.VOUCHER_HEADERS`.
    """
    columns = {
        "VATCode": (accounts["vat_code"], vat_codes()),
        "ReferenceType": (vouchers["reference_type"], REFERENCE_TYPES),
    }
    found: Counter[str] = Counter()
    for name, (column, known) in columns.items():
        for item in column.value_counts().to_pylist():
            if item["values"] is not None and item["values"] not in known:
                found[f"{name} {item['values']}"] = item["counts"]
    return dict(sorted(found.items()))


@cache
def vat_codes() -> frozenset[str]:
    """Return the VAT codes that are known here."""
    with KNOWN_VAT_CODES.open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file))
