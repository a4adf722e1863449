"""The lines of a voucher: #VER and its brace, #TRANS, #RTRANS, #BTRANS."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from ledger.sie.writing.fields import (
    LINE_END,
    TEXT,
    Strings,
    amount,
    by_distinct,
    code,
    date,
    joined,
    quantity,
    records,
    strings,
    text,
)

ADDED: Final = "added"
OPEN: Final = "{" + LINE_END
CLOSE: Final = "}" + LINE_END


def lines_of_vouchers(vouchers: pa.Table) -> Strings:
    """Write #VER series number date text registered_on sign, each with its opening brace."""
    heads = records(
        "#VER",
        code(strings(vouchers["voucher_series"])),
        code(strings(vouchers["voucher_number"])),
        date(_array(vouchers, "voucher_date")),
        optional=[
            text(strings(vouchers["voucher_text"])),
            date(_array(vouchers, "registered_on")),
            by_distinct(text, strings(vouchers["registered_by"])),
        ],
    )
    return joined(heads, OPEN)


def lines_of_postings(postings: pa.Table, lists: Strings) -> Strings:
    """Write #TRANS lines, `lists` being their object lists."""
    return _rows("#TRANS", postings, lists)


def lines_of_history(corrections: pa.Table, lists: Strings) -> Strings:
    """Write #RTRANS lines for what was added later, #BTRANS for what was struck out."""
    is_added = pc.equal(_array(corrections, "correction_kind"), ADDED)
    label = pc.if_else(is_added, pa.scalar("#RTRANS", TEXT), pa.scalar("#BTRANS", TEXT))
    return _rows(label, corrections, lists)


def _rows(label: Strings | str, rows: pa.Table, lists: Strings) -> Strings:
    """Write account {objects} amount date text quantity sign.

    The date is written also where it is the voucher's: some readers take a text for a date.
    """
    return records(
        label,
        code(strings(rows["account_number"])),
        lists,
        amount(_array(rows, "amount")),
        date(_array(rows, "posting_date")),
        optional=[
            text(strings(rows["posting_text"])),
            quantity(_array(rows, "quantity")),
            by_distinct(text, strings(rows["registered_by"])),
        ],
    )


def _array(table: pa.Table, name: str) -> pa.Array:
    return table[name].combine_chunks()
