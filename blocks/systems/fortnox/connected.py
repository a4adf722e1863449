"""From Fortnox's lists of connected files to columns: which file hangs on which voucher of a year.

Source:
    Fortnox OpenAPI, /3/voucherfileconnections, /3/supplierinvoicefileconnections,
    /3/supplierinvoices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa

from blocks.systems.fortnox import fields
from blocks.systems.fortnox.fields import Row
from blocks.systems.fortnox.wire import checked, of_year, read_table

CONNECTED: Final = pa.schema(
    [
        pa.field(name, pa.string(), nullable=False)
        for name in ("document_id", "voucher_series", "voucher_number", "file_name")
    ]
)
"""Files on vouchers of one year: a row for each file and voucher."""

BOOKED_BY: Final = "SUPPLIERINVOICE"
"""ReferenceType of the voucher by which a supplier invoice was booked; payments have another."""

MAX_NAME_CHARS: Final = 255
"""Longest name of a file that is kept."""


@dataclass(frozen=True)
class SupplierFiles:
    """Files of supplier invoices: `CONNECTED` by the Id of the voucher's year.

    `unplaced`: files of invoices that no voucher books yet.
    """

    by_year: dict[int, pa.Table] = field(default_factory=dict)
    unplaced: int = 0


def voucher_files(rows: list[Row], *, year_id: int) -> pa.Table:
    """Read ``/3/voucherfileconnections`` of a year into `CONNECTED`.

    Raises:
        UnexpectedShape: It tells of another year, such as the default one.
    """
    return read_table(
        "list of files on vouchers",
        CONNECTED,
        lambda: {
            "document_id": [
                fields.word(of_year(row, year_id, name="VoucherYear"), "FileId") for row in rows
            ],
            "voucher_series": [fields.word(row, "VoucherSeries") for row in rows],
            "voucher_number": [fields.number_in_words(row, "VoucherNumber") for row in rows],
            "file_name": [file_name(fields.text(row, "Name")) for row in rows],
        },
        order=CONNECTED.names,
    )


def supplier_files(files: list[Row], invoices: list[Row]) -> SupplierFiles:
    """Place the files of supplier invoices on the vouchers by which those were booked.

    An invoice's own VoucherSeries and VoucherNumber stay empty even when it is booked; its
    ``Vouchers`` tell, by their ReferenceType.

    Args:
        files: ``/3/supplierinvoicefileconnections``.
        invoices: ``/3/supplierinvoices``.
    """
    return checked("list of supplier invoices", lambda: _placed(files, invoices))


def file_name(raw_name: str) -> str:
    """Return what a file is called, without folders and signs that do not print."""
    name = raw_name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in name if sign.isprintable())[:MAX_NAME_CHARS]


def _placed(files: list[Row], invoices: list[Row]) -> SupplierFiles:
    booked = {fields.word(item, "GivenNumber"): list(_bookings(item)) for item in invoices}
    found: dict[int, dict[tuple[str, ...], dict[str, str]]] = {}
    unplaced = 0
    for file in files:
        bookings = booked.get(fields.word(file, "SupplierInvoiceNumber"), [])
        unplaced += not bookings
        for voucher in bookings:
            row = {
                "document_id": fields.word(file, "FileId"),
                "voucher_series": fields.word(voucher, "Series"),
                "voucher_number": fields.number_in_words(voucher, "Number"),
                "file_name": file_name(fields.text(file, "Name")),
            }
            # A voucher may book several invoices, and a file hang on more than one of them.
            found.setdefault(fields.whole(voucher, "Year"), {})[tuple(row.values())] = row
    tables = {
        year_id: pa.Table.from_pylist(list(rows.values()), CONNECTED)
        for year_id, rows in found.items()
    }
    return SupplierFiles(tables, unplaced)


def _bookings(invoice: Row) -> Iterator[Row]:
    if fields.given(invoice, "Vouchers") is None:
        return
    for voucher in fields.records(invoice, "Vouchers"):
        if fields.code(voucher, "ReferenceType") == BOOKED_BY:
            yield voucher
