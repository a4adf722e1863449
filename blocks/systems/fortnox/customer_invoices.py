"""Documents of customer invoices: Fortnox's own picture of each, and the files hung on it.

A customer invoice is on the voucher that its own row names. Its picture is made anew each time it
is asked for, and may differ byte for byte, so it is known by the invoice's number and asked for
again only when the invoice's row changed. It is asked for by ``/preview``: ``/print`` gives the
same picture and marks the invoice as sent.

Files hang on an invoice by a call of its own each, so they are asked for when the picture is. That
is two calls for each new or changed invoice, of which a run makes `MAX_ASKED`.

Source:
    Fortnox OpenAPI, /3/invoices, /3/invoices/{DocumentNumber}/preview; developer page "invoice file
    connections" (PDF alone may be hung on an invoice).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa

from blocks.http import CallProblem
from blocks.systems.fortnox import fields
from blocks.systems.fortnox.answers import state_after
from blocks.systems.fortnox.connected import CONNECTED
from blocks.systems.fortnox.fields import Row
from blocks.systems.fortnox.wire import checked
from ledger.voucher_key import voucher_key

PICTURE: Final = "customer_invoice"
ATTACHED: Final = "customer_invoice_file"
"""What a document is: Fortnox's own picture of an invoice, or a file that hangs on it."""

PICTURE_ID: Final = "customer_invoice:"
"""What the id of a picture begins with; the invoice's number follows."""

MAX_ASKED: Final = 1_000
"""Invoices asked about in one run of a year, two calls each; the next run goes on. At five calls a
second they take seven minutes."""

MAX_TROUBLES: Final = 20
"""Invoices about which Fortnox may fail to answer before a run leaves the rest to the next."""

REVISED: Final = CONNECTED.append(pa.field("revision", pa.string(), nullable=False))

GetAttached = Callable[[str], Awaitable[list[Row]]]


@dataclass(frozen=True)
class BookedInvoice:
    """A customer invoice and its voucher. `revision`: of its row in the list."""

    number: str
    year_id: int
    voucher_series: str
    voucher_number: str
    revision: str

    @property
    def voucher_key(self) -> str:
        """The key of its voucher."""
        return voucher_key(self.voucher_series, self.voucher_number)

    @property
    def picture_id(self) -> str:
        """The id of its picture."""
        return f"{PICTURE_ID}{self.number}"

    def row(self, document_id: str, file_name: str, **more: str) -> dict[str, str]:
        """Return a document on its voucher."""
        return {
            "document_id": document_id,
            "voucher_series": self.voucher_series,
            "voucher_number": self.voucher_number,
            "file_name": file_name,
            **more,
        }


@dataclass(frozen=True)
class CustomerInvoices:
    """The invoices of a company by the Id of the voucher's year. `unplaced`: booked by none."""

    by_year: dict[int, list[BookedInvoice]] = field(default_factory=dict)
    unplaced: int = 0


@dataclass
class InvoiceDocuments:
    """Documents of a year's invoices. `waiting`: invoices that are left to the next run."""

    pictures: list[dict[str, str]] = field(default_factory=list)
    attached: list[dict[str, str]] = field(default_factory=list)
    waiting: int = 0

    @property
    def files(self) -> dict[str, pa.Table]:
        """The documents by kind."""
        return {
            PICTURE: pa.Table.from_pylist(self.pictures, REVISED),
            ATTACHED: pa.Table.from_pylist(self.attached, CONNECTED),
        }

    def keep(self, group: Sequence[BookedInvoice], before: Before) -> None:
        """List what is known of the invoices of one voucher."""
        for item in group:
            if revision := before.revisions.get(item.picture_id):
                self._add_picture(item, revision)
        for document_id, file_name in before.attached.get(group[0].voucher_key, []):
            self.attached.append(group[0].row(document_id, file_name))

    def take(self, group: Sequence[BookedInvoice], ids: Sequence[list[str]]) -> None:
        """List the invoices of one voucher as they are now, with the ids of the files on each."""
        listed: set[str] = set()
        for item, of_item in zip(group, ids, strict=True):
            self._add_picture(item, item.revision)
            for place, file_id in enumerate(of_item, start=1):
                if file_id not in listed:
                    name = f"Faktura {item.number} bilaga {place}.pdf"
                    self.attached.append(item.row(file_id, name))
                listed.add(file_id)

    def _add_picture(self, item: BookedInvoice, revision: str) -> None:
        name = f"Faktura {item.number}.pdf"
        self.pictures.append(item.row(item.picture_id, name, revision=revision))


@dataclass(frozen=True)
class Before:
    """What is published of a year: revisions of pictures, and files by their voucher's key."""

    revisions: dict[str, str] = field(default_factory=dict)
    attached: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, known: pa.Table) -> Before:
        """Read it from the rows of `ledger.schemas.CONNECTED_FILE`."""
        before = cls()
        for row in known.to_pylist():
            if row["document_kind"] == PICTURE:
                before.revisions[row["document_id"]] = row["revision"]
            elif row["document_kind"] == ATTACHED:
                file = row["document_id"], row["file_name"]
                before.attached.setdefault(row["voucher_key"], []).append(file)
        return before

    def has(self, item: BookedInvoice) -> bool:
        """Return whether an invoice is as it was when its documents were fetched."""
        return self.revisions.get(item.picture_id) == item.revision


def read_invoices(rows: list[Row]) -> CustomerInvoices:
    """Read ``/3/invoices``; an invoice that no voucher books is counted.

    Raises:
        UnexpectedShape: A row is not as documented.
    """
    return checked("list of customer invoices", lambda: _read(rows))


async def documents_of(
    invoices: Iterable[BookedInvoice], before: Before, *, ask: GetAttached
) -> InvoiceDocuments:
    """List the documents of a year's invoices, asking about those that are new or changed.

    Those of one voucher are asked about together: a known file says its voucher alone.

    Args:
        invoices: Of one year.
        before: What is published of it.
        ask: Lists the files on one invoice.

    Raises:
        CallRefused: What is refused is the connection, or the right to any of them.
    """
    groups: dict[str, list[BookedInvoice]] = {}
    for item in invoices:
        groups.setdefault(item.voucher_key, []).append(item)
    found, asked, troubles = InvoiceDocuments(), 0, 0
    for group in groups.values():
        if all(map(before.has, group)):
            found.keep(group, before)
            continue
        ids = None
        if asked < MAX_ASKED and troubles < MAX_TROUBLES:
            asked += len(group)
            ids = await _asked(group, ask)
            troubles += ids is None
        if ids is None:
            found.waiting += len(group)
            found.keep(group, before)
        else:
            found.take(group, ids)
    return found


async def _asked(group: Sequence[BookedInvoice], ask: GetAttached) -> list[list[str]] | None:
    """Return the ids of the files on each invoice; None when the next run has to ask again."""
    try:
        answers = [await ask(item.number) for item in group]
    except CallProblem as problem:
        if state_after(problem):
            raise
        return None
    what = "list of files on a customer invoice"
    return checked(what, lambda: [sorted({fields.word(r, "fileId") for r in x}) for x in answers])


def _read(rows: list[Row]) -> CustomerInvoices:
    found = CustomerInvoices()
    unplaced = 0
    for row in rows:
        if not fields.text(row, "VoucherNumber") or not fields.text(row, "VoucherSeries"):
            unplaced += 1
            continue
        booked = BookedInvoice(
            fields.word(row, "DocumentNumber"),
            fields.whole(row, "VoucherYear"),
            fields.word(row, "VoucherSeries"),
            fields.number_in_words(row, "VoucherNumber"),
            revision_of(row),
        )
        found.by_year.setdefault(booked.year_id, []).append(booked)
    return CustomerInvoices(found.by_year, unplaced)


def revision_of(row: Row) -> str:
    """Return what changes when anything in a row of the list does."""
    text = json.dumps(row, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
