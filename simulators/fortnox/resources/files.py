"""Files that hang on vouchers and supplier invoices, the archive and the inbox.

A file has two ids (its own and an ArchiveFileId). One file of every tenant is not found under
/3/archive/{id}, only under ?fileid=, as integrations have met in production.

Source: Fortnox OpenAPI, /3/voucherfileconnections, /3/supplierinvoicefileconnections, /3/archive,
/3/inbox, /api/fileattachments/attachments-v1.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from simulators.books.names import PARTNERS
from simulators.fortnox.answers import Answer, Bare, Raw, Refusal, json_answer, json_text
from simulators.fortnox.ask import NOT_FOUND, Ask
from simulators.fortnox.edition import Attached, Edition, VoucherKey
from simulators.fortnox.paging import listing
from simulators.fortnox.pictures import pdf, png
from simulators.fortnox.resources.invoices import Invoice, supplier_invoices_of
from simulators.fortnox.resources.vouchers import Head, heads

FILE_EVERY: Final = 10
"""One voucher of series A and L in so many has a file; so has one invoice in so many."""

SPACE: Final = uuid.UUID("6f8b6f0e-0f5c-5e6d-9f3a-000000000000")
FOLDERS: Final = {
    "inbox_a": "Anläggningsregister", "inbox_b": "Bankfiler", "inbox_d": "Dagskassor",
    "inbox_kf": "Kundfakturor", "inbox_l": "Löner", "inbox_o": "Ordrar", "inbox_of": "Offerter",
    "inbox_s": "Leverantörsfakturor", "inbox_v": "Verifikationer",
}  # fmt: skip


class File(NamedTuple):
    """One file. `archive_id` is its second id; `needs_fileid`: see the module.

    `given`: its content when it was attached by hand.
    """

    id: str
    archive_id: str
    name: str
    needs_fileid: bool = False
    given: bytes | None = None

    @property
    def content(self) -> bytes:
        """What was given, else a small PDF or PNG that follows from the name."""
        if self.given is not None:
            return self.given
        return pdf(self.id) if self.name.endswith(".pdf") else png(self.id)

    @property
    def content_type(self) -> str:
        """Its media type."""
        return "application/pdf" if self.name.endswith(".pdf") else "image/png"


def voucher_file_connections(ask: Ask) -> Answer:
    """Answer /3/voucherfileconnections of one year."""
    place = ask.place("voucheryear")
    rows = ask.edition.kept(
        ("connections", place),
        lambda: [
            Raw(json_text(_connection(ask, place, (series, number), file)))
            for series, number, file in _connected(ask.edition, place)
        ],
    )
    return listing(ask, "VoucherFileConnections", rows)


def supplier_invoice_file_connections(ask: Ask) -> Answer:
    """Answer /3/supplierinvoicefileconnections, of all years."""
    wanted = ask.query.get("supplierinvoicenumber")
    rows = [
        Raw(json_text(_invoice_connection(ask, invoice)))
        for invoice in supplier_invoices_of(ask.edition)
        if invoice.given_number % FILE_EVERY == 0
        and wanted in (None, str(invoice.given_number))
        and _of_invoice(ask.edition, invoice).id not in ask.edition.detached
    ]
    return listing(ask, "SupplierInvoiceFileConnections", rows)


def archive(ask: Ask) -> Answer:
    """Answer /3/archive: a file by ``fileid``, else the root folder, which is empty."""
    if "fileid" in ask.query:
        return _file(ask, ask.query["fileid"], by_fileid=True)
    return _folder("root", "Arkivplats", files=[], folders=[])


def archive_item(ask: Ask) -> Answer:
    """Answer /3/archive/{id}."""
    return _file(ask, ask.query.get("fileid", ask.path["id"]), by_fileid="fileid" in ask.query)


def inbox(ask: Ask) -> Answer:
    """Answer /3/inbox: the root folder with its static folders."""
    folders = [
        {"@url": ask.url(f"inbox/{key}"), "Id": key, "Name": name} for key, name in FOLDERS.items()
    ]
    return _folder("root", "Inkorg", files=[], folders=folders)


def inbox_item(ask: Ask) -> Answer:
    """Answer /3/inbox/{Id}: a folder, or the one file that waits among supplier invoices."""
    key = ask.path["Id"]
    waiting = _made(ask.edition, ("inbox",), "inskannad.png")
    if key == waiting.id:
        return Answer(200, waiting.content, waiting.content_type)
    if key not in FOLDERS:
        raise Refusal(NOT_FOUND, 2000423)
    row = {
        "@url": ask.url(f"inbox/{waiting.id}"),
        "ArchiveFileId": waiting.archive_id,
        "Comments": "",
        "Id": waiting.id,
        "Name": waiting.name,
        "Path": key,
        "Size": len(waiting.content),
    }
    return _folder(key, FOLDERS[key], files=[row] if key == "inbox_s" else [], folders=[])


def attachments(ask: Ask) -> Answer:
    """Answer /api/fileattachments/attachments-v1 for customer invoices."""
    entity = ask.query.get("entityid", "")
    if not entity.isdecimal() or ask.query.get("entitytype") != "F":
        error = {"error": "bad_request", "id": str(uuid.uuid5(SPACE, entity)), "message": ""}
        raise Bare(json_answer(error, status=400))
    file = _made(ask.edition, ("attachment", entity), "bilaga.pdf")
    row = {
        "entityId": int(entity),
        "entityType": "F",
        "fileId": file.archive_id,
        "id": str(uuid.uuid5(SPACE, file.id)),
        "includeOnSend": True,
    }
    return json_answer([row] if int(entity) % FILE_EVERY == 0 else [])


def _file(ask: Ask, file_id: str, *, by_fileid: bool) -> Answer:
    file = _all_files(ask.edition).get(file_id)
    is_second_id = file is not None and file_id == file.archive_id
    if file is None or ((file.needs_fileid or is_second_id) and not by_fileid):
        raise Refusal(NOT_FOUND, 2000423)
    return Answer(200, file.content, file.content_type)


def _all_files(edition: Edition) -> dict[str, File]:
    return edition.kept("files", lambda: _gathered(edition))


def _gathered(edition: Edition) -> dict[str, File]:
    files = [
        file
        for place in range(len(edition.company.years))
        for head in heads(edition, place)
        for file in _files_of(edition, place, head)
    ]
    invoices = supplier_invoices_of(edition)
    files += [_of_invoice(edition, invoice) for invoice in invoices]
    attached = range(FILE_EVERY, max((i.given_number for i in invoices), default=0), FILE_EVERY)
    files += [_made(edition, ("attachment", str(number)), "bilaga.pdf") for number in attached]
    files += [_by_hand(hung) for hung in edition.attached if hung.content is not None]
    return {key: file for file in files for key in (file.id, file.archive_id)}


def _connected(edition: Edition, place: int) -> Iterator[tuple[str, int, File]]:
    """Give series and number of the vouchers of a year that have files, with each file."""
    of_books = (
        (head.series, head.number, file)
        for head in heads(edition, place)
        for file in _files_of(edition, place, head)
    )
    by_hand = (
        (hung.voucher[1], hung.voucher[2], _by_hand(hung))
        for hung in edition.attached
        if hung.voucher[0] == place
    )
    for series, number, file in (*of_books, *by_hand):
        if file.id not in edition.detached:
            yield series, number, file


def _by_hand(hung: Attached) -> File:
    archive_id = str(uuid.uuid5(SPACE, f"{hung.id}/archive"))
    return File(hung.id, archive_id, hung.name, given=hung.content)


def _files_of(edition: Edition, place: int, head: Head) -> list[File]:
    if head.series not in "AL" or head.number % FILE_EVERY:
        return []
    key = (str(place), head.series, str(head.number))
    first = _made(edition, key, f"kvitto åäö {head.series}{head.number}.pdf")
    if head.number != FILE_EVERY:
        return [first]
    # The first such voucher of each series shows the oddities: several files, one that hides, and
    # one that hangs on a voucher of the other series too.
    second = _made(edition, (str(place), "2"), "följesedel.png")
    return [first._replace(needs_fileid=head.series == "L"), second]


def _of_invoice(edition: Edition, invoice: Invoice) -> File:
    key = ("invoice", str(invoice.given_number))
    return _made(edition, key, f"faktura {invoice.given_number}.pdf")


def _made(edition: Edition, key: tuple[str, ...], name: str) -> File:
    word = "/".join((edition.company.organisation_number, *key))
    return File(str(uuid.uuid5(SPACE, word)), str(uuid.uuid5(SPACE, word + "/archive")), name)


def _connection(ask: Ask, place: int, voucher: VoucherKey, file: File) -> dict[str, Any]:
    series, number = voucher
    return {
        "@url": ask.url(f"voucherfileconnections/{file.id}"),
        "FileId": file.id,
        "Name": file.name,
        # It tells the kind of voucher, no longer the voucher's own text.
        "VoucherDescription": "Leverantörsfaktura" if series == "L" else "Bokföringsorder",
        "VoucherNumber": str(number),
        "VoucherSeries": series,
        "VoucherYear": ask.edition.ids[place],
    }


def _invoice_connection(ask: Ask, invoice: Invoice) -> dict[str, Any]:
    file = _of_invoice(ask.edition, invoice)
    return {
        "@url": ask.url(f"supplierinvoicefileconnections/{file.id}"),
        "FileId": file.id,
        "Name": file.name,
        "SupplierInvoiceNumber": str(invoice.given_number),
        "SupplierName": PARTNERS[invoice.partner],
    }


def _folder(key: str, name: str, *, files: list[Any], folders: list[Any]) -> Answer:
    folder = {"Email": "", "Files": files, "Folders": folders, "Id": key, "Name": name}
    return json_answer({"Folder": folder})
