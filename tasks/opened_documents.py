"""Documents for a person: those of a voucher or a year, and one of them opened.

Source:
    R-SEN-9, R-SEN-10.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from blocks.hub.errors import Refused
from blocks.serving import Serving, serving
from blocks.warehouse.side_tables import Document, DocumentCounts
from ledger.fiscal_year import FiscalYear
from tasks.stores import Stores


class NoSuchDocument(Refused):
    """A document was asked for that the year does not have."""

    sentence = (
        "{tenant} has no document {document_id} in {fiscal_year}: the source may have taken it "
        "off. Look at the year's documents."
    )


@dataclass(frozen=True)
class OpenedDocument:
    """A document on its way to a browser. `pieces`: its bytes, which may be gone over once.

    Bytes that the disk gives back otherwise than they came end in an error before the last piece,
    so that a browser which was told the size knows that it has not got all.
    """

    document: Document
    serving: Serving
    pieces: Iterator[bytes]

    @property
    def headers(self) -> dict[str, str]:
        """All headers of the answer."""
        size = str(self.document.size_bytes)
        return {**self.serving.headers, "Content-Length": size, "ETag": f'"{self.document.sha256}"'}


def documents_of_voucher(
    stores: Stores, tenant: str, year: FiscalYear, voucher_key: str
) -> list[Document]:
    """Return the documents that the source connects to a voucher (R-SEN-10)."""
    return stores.warehouse.documents(tenant, year, voucher_key=voucher_key)


def documents_of_year(
    stores: Stores, tenant: str, year: FiscalYear, *, first: int = 0, limit: int = 500
) -> list[Document]:
    """Return the documents of a year, in order of voucher; `first`: rows to leave out."""
    return stores.warehouse.documents(tenant, year, first=first, limit=limit)


def count_documents(stores: Stores, tenant: str, year: FiscalYear) -> DocumentCounts:
    """Return how many there are, how many on vouchers that the ledger lacks, and what has none."""
    return stores.warehouse.count_documents(tenant, year)


def open_document(
    stores: Stores, tenant: str, year: FiscalYear, document_id: str
) -> OpenedDocument:
    """Open one document of a tenant's year, to be sent piece by piece.

    Raises:
        NoSuchDocument: The year of this tenant has none of that id.
        LandedFileGone: Its bytes are not in the lake.
        LandedFileSpoiled: While it is read: the disk gives back other bytes than came.
    """
    found = stores.warehouse.documents(tenant, year, document_id=document_id, limit=1)
    if not found:
        raise NoSuchDocument(tenant=tenant, document_id=document_id[:80], fiscal_year=year.key)
    (document,) = found
    pieces = stores.lake.stream(document.lake_address)
    head = next(pieces, b"")
    return OpenedDocument(document, serving(head, document.file_name), _from_start(head, pieces))


def _from_start(head: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from pieces
