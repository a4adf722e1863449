"""The canonical tables that every source is brought to, as Arrow schemas.

They carry no tenant and no fiscal year: a set of them *is* one unit (tenant, fiscal year), and
the warehouse puts both in front of every row when it publishes. Amounts are decimal(18, 2),
debit positive, in the unit's currency. Text is UTF-8 without NUL.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from ledger.money import MONEY, QUANTITY

_text = pa.string()


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


FISCAL_YEAR: Final = pa.schema(
    [
        _required("start_date", pa.date32()),
        _required("end_date", pa.date32()),
        _required("currency", _text),
    ]
)
"""One row: the unit's own year and its currency (ISO 4217)."""

LEDGER_ACCOUNT: Final = pa.schema(
    [
        _required("account_number", _text),
        _required("name", _text),
        pa.field("account_type", _text),
        pa.field("quantity_unit", _text),
        pa.field("sru_code", _text),
    ]
)
"""The chart of accounts. `account_type`: asset, liability, equity, income, expense, statistical
or NULL when the source does not say. `sru_code`: tax codes, joined by a blank."""

VOUCHER: Final = pa.schema(
    [
        _required("voucher_key", _text),
        _required("voucher_series", _text),
        _required("voucher_number", _text),
        _required("voucher_date", pa.date32()),
        pa.field("voucher_text", _text),
        pa.field("registered_on", pa.date32()),
        pa.field("registered_by", _text),
        pa.field("source_ref", _text),
        pa.field("source_line", pa.int64()),
    ]
)
"""`voucher_key`: series and number, made by `ledger.voucher_key`. `source_ref` is the vendor's id,
`source_line` the first line in the file; neither is a key and neither is part of the digest."""

POSTING: Final = pa.schema(
    [
        _required("voucher_key", _text),
        _required("row_number", pa.int32()),
        _required("account_number", _text),
        _required("amount", MONEY),
        _required("posting_date", pa.date32()),
        pa.field("posting_text", _text),
        pa.field("quantity", QUANTITY),
        pa.field("registered_by", _text),
    ]
)
"""One booked row. `row_number` counts the booked rows of its voucher from 1."""

POSTING_DIMENSION: Final = pa.schema(
    [
        _required("voucher_key", _text),
        _required("row_number", pa.int32()),
        _required("dimension_number", _text),
        _required("object_number", _text),
    ]
)

POSTING_CORRECTION: Final = pa.schema(
    [
        _required("voucher_key", _text),
        _required("row_number", pa.int32()),
        _required("correction_kind", _text),
        _required("account_number", _text),
        _required("amount", MONEY),
        _required("posting_date", pa.date32()),
        pa.field("posting_text", _text),
        pa.field("quantity", QUANTITY),
        pa.field("registered_by", _text),
        pa.field("objects", _text),
    ]
)
"""History that must not be booked. `correction_kind`: ``added`` (SIE #RTRANS) or ``struck``
(#BTRANS); `row_number` counts the correction rows of its voucher from 1; `objects`: dimension and
object numbers in file order, as a JSON list of pairs, NULL when there are none."""

OPENING_BALANCE: Final = pa.schema(
    [
        _required("account_number", _text),
        _required("amount", MONEY),
        pa.field("quantity", QUANTITY),
    ]
)

REPORTED_BALANCE: Final = pa.schema(
    [
        _required("year_offset", pa.int32()),
        _required("balance_kind", _text),
        pa.field("period", pa.date32()),
        _required("account_number", _text),
        pa.field("dimension_number", _text),
        pa.field("object_number", _text),
        _required("amount", MONEY),
        pa.field("quantity", QUANTITY),
    ]
)
"""What the source itself says, kept as evidence. `year_offset`: 0 is the unit's year, -1 the one
before. `balance_kind`: opening (#IB), closing (#UB), result (#RES), period (#PSALDO: the change in
the month), budget (#PBUDGET), opening_object (#OIB), closing_object (#OUB). `period`: first day of
the month, for period and budget only. A row with several objects names them joined by a blank."""

REPORTED_FISCAL_YEAR: Final = pa.schema(
    [
        _required("year_offset", pa.int32()),
        _required("start_date", pa.date32()),
        _required("end_date", pa.date32()),
    ]
)

DIMENSION: Final = pa.schema(
    [
        _required("dimension_number", _text),
        _required("name", _text),
        pa.field("parent_number", _text),
    ]
)

DIMENSION_OBJECT: Final = pa.schema(
    [
        _required("dimension_number", _text),
        _required("object_number", _text),
        _required("name", _text),
    ]
)

CANONICAL: Final[dict[str, pa.Schema]] = {
    "fiscal_year": FISCAL_YEAR,
    "ledger_account": LEDGER_ACCOUNT,
    "voucher": VOUCHER,
    "posting": POSTING,
    "posting_dimension": POSTING_DIMENSION,
    "posting_correction": POSTING_CORRECTION,
    "opening_balance": OPENING_BALANCE,
    "reported_balance": REPORTED_BALANCE,
    "reported_fiscal_year": REPORTED_FISCAL_YEAR,
    "dimension": DIMENSION,
    "dimension_object": DIMENSION_OBJECT,
}

VOUCHER_TABLES: Final = ("voucher", "posting", "posting_dimension", "posting_correction")
"""Tables that grow with the books and come in batches, cut at a voucher; the others are small."""

SMALL_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "fiscal_year": ("start_date", "end_date"),
    "ledger_account": ("account_number",),
    "opening_balance": ("account_number",),
    "reported_balance": (
        "year_offset",
        "balance_kind",
        "period",
        "account_number",
        "dimension_number",
        "object_number",
    ),
    "reported_fiscal_year": ("year_offset",),
    "dimension": ("dimension_number",),
    "dimension_object": ("dimension_number", "object_number"),
}
"""Columns by which rows of the other tables of one unit are the same, whatever else they say."""

SOURCE_ACCOUNT: Final = pa.schema(
    [
        _required("account_number", _text),
        _required("name", _text),
        pa.field("vat_code", _text),
    ]
)
"""The chart as the source's own list of accounts has it; `vat_code` NULL when there is none."""

SOURCE_BALANCE: Final = pa.schema(
    [
        _required("account_number", _text),
        _required("balance_kind", _text),
        _required("amount", MONEY),
    ]
)
"""What the source answers when asked for an account: `balance_kind` opening or closing."""

SOURCE_VOUCHER: Final = pa.schema(
    [
        _required("voucher_key", _text),
        _required("voucher_date", pa.date32()),
        pa.field("voucher_text", _text),
        pa.field("reference_type", _text),
        pa.field("reference_number", _text),
    ]
)
"""The source's own list of vouchers, without rows. The reference says what a voucher was made from,
such as INVOICE 36."""

EVIDENCE: Final[dict[str, pa.Schema]] = {
    "source_account": SOURCE_ACCOUNT,
    "source_balance": SOURCE_BALANCE,
    "source_voucher": SOURCE_VOUCHER,
}
"""What a source was asked beside the ledger itself, to hold the ledger against. Staged with the
unit, never published, no part of its digest."""

CONNECTED_FILE: Final = pa.schema(
    [
        _required("document_id", _text),
        _required("document_kind", _text),
        _required("voucher_key", _text),
        _required("file_name", _text),
        _required("media_type", _text),
        _required("size_bytes", pa.int64()),
        _required("sha256", _text),
        _required("lake_address", _text),
        _required("fetched_at", pa.timestamp("us", tz="UTC")),
        _required("revision", _text),
    ]
)
"""A file that the source connects to a voucher, one row for each voucher. `document_kind`: by what
the file hangs on: voucher, supplier_invoice or customer_invoice_file; customer_invoice is the
source's own picture of one, made anew whenever it is asked for, of which `revision` says as of
what. `file_name`: as the source has it, never a path.
`sha256`, `size_bytes`: of the file as received. `lake_address`: below the lake's folder.
`voucher_key`: as the source says it, whether or not the ledger has that voucher."""

ACCOUNT_VAT_CODE: Final = pa.schema(
    [_required("account_number", _text), _required("vat_code", _text)]
)
"""The VAT code of each account that has one."""

SIDE_TABLES: Final[dict[str, pa.Schema]] = {
    "connected_file": CONNECTED_FILE,
    "account_vat_code": ACCOUNT_VAT_CODE,
}
"""What is published of a year beside its ledger, and is no part of its digest: no SIE file has it,
so a year fetched from its source and the same year from a file stay the same version (R-SEN-14)."""
