"""The layout: sections in this order, each with exactly these headings."""

from __future__ import annotations

import re
from typing import Final

VERSION: Final = "1"
"""What the key ``layout`` says."""

SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "journal": ("key", "value"),
    "accounts": ("account", "name", "type"),
    "opening": ("account", "amount"),
    "vouchers": (
        "series",
        "number",
        "date",
        "text",
        "account",
        "amount",
        "row_text",
        "cost_centre",
        "project",
    ),
}

KEYS: Final = (
    "layout",
    "organisation_number",
    "company",
    "program",
    "currency",
    "year_first_day",
    "year_last_day",
    "covers_first_day",
    "covers_last_day",
    "row_count",
    "debit_total",
)
"""Keys of the first section, all of them there, in whatever order."""

PROOF: Final = ("covers_first_day", "covers_last_day", "row_count", "debit_total")
"""Keys whose value may be empty; then nothing proves that the file is whole, and it is held."""

TYPES: Final = frozenset({"", "asset", "liability", "equity", "income", "expense", "statistical"})

DELIMITERS: Final = (",", ";", "\t")

AMOUNT: Final = r"^-?[0-9]{1,16}([.,][0-9]{1,2})?$"
"""No thousands separator: a blank or a second point in a number has made 10 of 10 000 before."""

DATE: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

CURRENCY: Final = re.compile(r"[A-Z]{3}")

DIMENSIONS: Final = {"cost_centre": ("1", "Cost centre"), "project": ("6", "Project")}
"""Columns that are dimensions, with number and name; the numbers are those of SIE."""

BLOCK_BYTES: Final = 4 << 20
"""Bytes that are read at once; a row is shorter."""

FINDINGS_KEPT: Final = 20
"""Places that a refusal names; it counts them all."""
