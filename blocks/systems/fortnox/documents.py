"""Documents: which files hang on a year's vouchers, and the bytes of one.

Reading them takes scopes and a licence (Arkivplats) of their own, which a connection may lack while
its ledger is read as ever. So a refusal of that kind is a value here, and not raised.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc

from blocks.http import CallFailed, CallProblem, CallRefused, read_json
from blocks.media_types import media_type
from blocks.systems.fortnox.answers import refusal, state_after
from blocks.systems.fortnox.calls import Ask
from blocks.systems.fortnox.connected import (
    CONNECTED,
    SupplierFiles,
    supplier_files,
    voucher_files,
)
from blocks.systems.fortnox.customer_invoices import (
    PICTURE,
    PICTURE_ID,
    Before,
    CustomerInvoices,
    documents_of,
    read_invoices,
)
from blocks.systems.fortnox.fields import Row
from blocks.systems.fortnox.pages import GetJson, walk
from blocks.systems.fortnox.settings import settings
from blocks.systems.fortnox.wire import UnexpectedShape, id_of
from blocks.systems.ports import MissingFile, Refusal, SourceYear, YearDocuments
from ledger.schemas import ACCOUNT_VAT_CODE
from ledger.voucher_key import keyed

VOUCHER: Final = "voucher"
SUPPLIER_INVOICE: Final = "supplier_invoice"
"""What a file hangs on; that of a supplier invoice is found on the voucher that booked it."""

SCOPES: Final = {
    VOUCHER: ("connectfile", "archive"),
    SUPPLIER_INVOICE: ("connectfile", "archive", "supplierinvoice"),
    PICTURE: ("archive", "invoice"),
}
"""What each kind takes; files on customer invoices are listed with the pictures of those."""

DOCUMENT_SCOPES: Final = SCOPES[SUPPLIER_INVOICE]
"""What a customer is asked for in addition when documents are wanted."""

INVOICE_SCOPES: Final = ("invoice",)
"""What is asked for beside those when documents of customer invoices are wanted too. They are
fetched only where somebody is known to have granted it, since they cost two calls each."""

MODULES: Final = {"bookkeeping": VOUCHER, "suppliers": SUPPLIER_INVOICE, "invoicing": PICTURE}
"""Bokföring, Leverantörer, Fakturering: the modules that documents come from (R-SEN-8)."""

SUSPECTED: Final = "permission_suspected"
"""Code of a mark of a missing right in the place of a value."""

NO_RIGHT: Final = frozenset({"2000663", "2001101", "2001339", SUSPECTED})
"""Refusals for want of a scope, a module or a right that documents take and the ledger does not."""

NOT_A_FILE: Final = "not_a_file"
"""Code of what came in a file's place."""

MAX_FILE_BYTES: Final = 64 << 20
"""Largest file; Fortnox documents no limit for its archive, and 5 MB for a file on an invoice."""

FILE_SILENCE_S: Final = 60.0
"""Longest wait for the next byte of a file; seconds."""

PDF: Final = "application/pdf"

Fetch = Callable[[Ask], Awaitable[bytes]]
Accounts = Callable[[SourceYear], Awaitable[pa.Table]]


@dataclass(frozen=True)
class Listed:
    """Documents of a year by kind. `waiting`: what is left to the next run to ask about."""

    files: Mapping[str, pa.Table]
    waiting: int = 0


Listing = Callable[[SourceYear], Awaitable[Listed]]


class Documents:
    """The documents of one company. What is not by year is asked once: lists, and refusals."""

    def __init__(self, get: GetJson, fetch: Fetch, accounts: Accounts, *, scopes: str) -> None:
        """Ask by these.

        Args:
            get: Fetches one page.
            fetch: Fetches a file.
            accounts: Lists a year's accounts, whose VAT codes SIE does not carry.
            scopes: What the consent granted, joined by blanks; empty when nobody knows.
        """
        self._get, self._fetch, self._accounts = get, fetch, accounts
        self._scopes = scopes.split()
        self._of_company: SupplierFiles | None = None
        self._invoices: CustomerInvoices | None = None
        self._by_file_id: set[str] = set()
        self._refused: dict[str, CallRefused] = {}

    async def of_year(self, year: SourceYear, known: pa.Table) -> YearDocuments:
        """List the files on a year's vouchers, as far as they may be read.

        Raises:
            CallRefused: For another reason than a right that documents alone take.
            CallFailed: A list kept shifting, or a call failed for now.
            UnknownModules: The setting names others than `MODULES`.
        """
        listings = self._listings(known)
        files: dict[str, pa.Table] = {}
        refused, waiting = "", 0
        for kind, listing in listings.items():
            try:
                self._require(kind)
                listed = await listing(year)
            except CallRefused as problem:
                refused = missing_right(problem)
                if not refused:
                    raise
                self._refused[kind] = problem
                break
            files |= {name: keyed(rows) for name, rows in listed.files.items()}
            waiting += listed.waiting
        return YearDocuments(
            files,
            await self._vat_codes(year),
            refused=refused,
            refused_kinds=tuple(kind for kind in listings if kind not in files),
            unplaced=self._unplaced(files),
            waiting=waiting,
        )

    async def content(self, document_id: str) -> bytes | MissingFile:
        """Fetch one file, as it is, or say why it cannot be had.

        Some are not found by their id in the path, and only by ``fileid``.

        Raises:
            CallRefused: What is refused is the connection.

        Source:
            softwerkab/fortnox-csharp-api-sdk issues 99 and 177.
        """
        try:
            return await self._found(document_id)
        except CallProblem as problem:
            return refused_file(problem)

    async def _found(self, document_id: str) -> bytes:
        if document_id.startswith(PICTURE_ID):
            return await self._picture(document_id.removeprefix(PICTURE_ID))
        if document_id in self._by_file_id:
            return await self._content("/3/archive", {"fileid": document_id})
        try:
            return await self._content(f"/3/archive/{quote(document_id, safe='')}", {})
        except CallRefused as problem:
            if problem.status != HTTPStatus.NOT_FOUND:
                raise
        return await self._content("/3/archive", {"fileid": document_id})

    async def _picture(self, number: str) -> bytes:
        """Fetch Fortnox's own picture of a customer invoice, without marking it as sent."""
        content = await self._content(f"/3/invoices/{quote(number, safe='')}/preview", {})
        if media_type(content) != PDF:
            raise not_a_file(content)
        return content

    def _listings(self, known: pa.Table) -> dict[str, Listing]:
        """Return how each kind is listed that the setting and the consent let in, in one order."""
        every: dict[str, Listing] = {
            VOUCHER: self._on_vouchers,
            SUPPLIER_INVOICE: self._on_supplier_invoices,
            PICTURE: partial(self._of_customer_invoices, Before.of(known)),
        }
        wanted = {MODULES[module] for module in settings().modules(MODULES)}
        if not set(INVOICE_SCOPES) <= set(self._scopes):
            wanted.discard(PICTURE)
        return {kind: listing for kind, listing in every.items() if kind in wanted}

    def _unplaced(self, files: Mapping[str, pa.Table]) -> int:
        suppliers = self._of_company.unplaced if self._of_company else 0
        customers = self._invoices.unplaced if self._invoices and PICTURE in files else 0
        return suppliers + customers

    async def _of_customer_invoices(self, before: Before, year: SourceYear) -> Listed:
        if self._invoices is None:
            rows = await walk(
                self._get,
                "/3/invoices",
                {},
                name="Invoices",
                key=("DocumentNumber",),
                what="list of customer invoices",
            )
            self._invoices = read_invoices(rows)
        of_year = self._invoices.by_year.get(id_of(year), [])
        found = await documents_of(of_year, before, ask=self._attached_to)
        self._by_file_id |= {row["document_id"] for row in found.attached}
        return Listed(found.files, found.waiting)

    async def _attached_to(self, number: str) -> list[Row]:
        """List the files on one customer invoice."""
        path = "/api/fileattachments/attachments-v1"
        answer = read_json(await self._fetch(Ask(path, {"entityid": number, "entitytype": "F"})))
        if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
            raise UnexpectedShape("list of files on a customer invoice", problem="it is no list")
        return answer

    async def _vat_codes(self, year: SourceYear) -> pa.Table:
        accounts = await self._accounts(year)
        coded = accounts.filter(pc.is_valid(accounts["vat_code"]))
        return coded.select(ACCOUNT_VAT_CODE.names).cast(ACCOUNT_VAT_CODE)

    async def _on_vouchers(self, source_year: SourceYear) -> Listed:
        rows = await walk(
            self._get,
            "/3/voucherfileconnections",
            {"financialyear": id_of(source_year)},
            name="VoucherFileConnections",
            key=("FileId", "VoucherSeries", "VoucherNumber"),
            what="list of files on vouchers",
        )
        return Listed({VOUCHER: voucher_files(rows, year_id=id_of(source_year))})

    async def _on_supplier_invoices(self, source_year: SourceYear) -> Listed:
        found = await self._of_suppliers()
        rows = found.by_year.get(id_of(source_year), CONNECTED.empty_table())
        return Listed({SUPPLIER_INVOICE: rows})

    async def _of_suppliers(self) -> SupplierFiles:
        if self._of_company is None:
            files = await walk(
                self._get,
                "/3/supplierinvoicefileconnections",
                {},
                name="SupplierInvoiceFileConnections",
                key=("FileId", "SupplierInvoiceNumber"),
                what="list of files on supplier invoices",
            )
            # Which voucher booked an invoice may change, so it is asked each time there are files.
            invoices = files and await walk(
                self._get,
                "/3/supplierinvoices",
                {},
                name="SupplierInvoices",
                key=("GivenNumber",),
                what="list of supplier invoices",
            )
            self._of_company = supplier_files(files, invoices)
        return self._of_company

    def _require(self, kind: str) -> None:
        """Make sure that a kind may be asked for, as far as that is known without asking."""
        if kind in self._refused:
            raise self._refused[kind]
        missing = [scope for scope in SCOPES[kind] if self._scopes and scope not in self._scopes]
        if missing:
            raise refusal("2000663", f"The consent lacks the scope {', '.join(missing)}.")

    async def _content(self, path: str, params: dict[str, str | int]) -> bytes:
        content = await self._fetch(
            Ask(
                path,
                params,
                accept="*/*",
                silence_s=FILE_SILENCE_S,
                max_body_bytes=MAX_FILE_BYTES,
            )
        )
        # A gateway's page with a good status would be kept for the file for good.
        if not content or media_type(content) == "text/html":
            raise not_a_file(content)
        return content


def not_a_file(content: bytes) -> CallFailed:
    """Return what came in a file's place as a call that failed."""
    return CallFailed(
        f"Fortnox answered for a file with {len(content):,} bytes: nothing, or another thing, such "
        "as the web page that something between here and Fortnox may send. Try again later.",
        code=NOT_A_FILE,
    )


def missing_right(problem: CallProblem) -> str:
    """Say which right documents lack, and who acts; empty when the problem is another."""
    if not isinstance(problem, CallRefused) or problem.code not in NO_RIGHT:
        return ""
    if problem.code == SUSPECTED:
        return str(problem)
    return WITHOUT_LICENCE if problem.code == "2001101" else WITHOUT_RIGHT


def refused_file(problem: CallProblem) -> MissingFile:
    """Say what a file's refusal means for the others; one of the connection is raised again."""
    if reason := missing_right(problem):
        return MissingFile(problem.code, Refusal.RIGHT, reason)
    if state_after(problem):
        raise problem
    # A file that is lost there may stay so for good.
    is_source = isinstance(problem, CallFailed) and problem.code != NOT_A_FILE
    code = problem.code or str(problem.status)
    return MissingFile(code, Refusal.SOURCE if is_source else Refusal.FILE)


WITHOUT_RIGHT: Final = (
    "the connection has no right to them; reconnect with documents (`tasma connect fortnox "
    "{tenant} --documents`)"
)
WITHOUT_LICENCE: Final = (
    "the company has no licence for them (Arkivplats, or the module for supplier invoices); the "
    "customer orders it in Fortnox"
)
