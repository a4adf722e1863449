"""A tenant of the simulator: what it is made with, and what changes while the simulator runs."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from simulators.books.company import Company
from simulators.books.faults import Fault
from simulators.fortnox.edition import Edition, VoucherKey

LEDGER_SCOPES: Final = ("companyinformation", "bookkeeping")
DOCUMENT_SCOPES: Final = ("connectfile", "archive", "inbox", "supplierinvoice", "invoice")
ALL_SCOPES: Final = (*LEDGER_SCOPES, *DOCUMENT_SCOPES, "settings", "profile")

SWITCHES: Final = frozenset(
    {
        "licence_missing",  # the company has no Integration licence
        "app_licence_missing",  # the integration was not bought on Fortnox's integrations page
        "module_missing",  # the company has no bookkeeping module
        "archive_missing",  # the company has no Arkivplats, which files need
        "not_administrator",  # who authorises is no system administrator
        "declines",  # who authorises says no
        "scope_missing",  # no token of the tenant has the scope that is asked for
        "consent_revoked",  # the customer took the consent back
    }
)
"""What can be amiss with a tenant until it is switched off again."""

MODULES: Final = {
    "module_missing": frozenset({"bookkeeping"}),
    "archive_missing": frozenset({"connectfile", "archive", "inbox"}),
}
"""The scopes that a missing module closes."""


@dataclass(frozen=True)
class SimulatedTenant:
    """What a tenant is made with.

    `year_ids`: Fortnox's Id of each of the company's years, in their order (None: 1, 2, 3 …).
    `encoding`: of SIE files, cp437 or utf-8; they always claim PC8. `consented`: scopes of a
    service consent that was given before (None: none was). `sie_fault`: planted in the last year's
    SIE file. `swedish_amounts`: supplier invoices say ``1 713,94`` instead of ``1713.94``.
    """

    database_number: int
    company: Company
    year_ids: tuple[int, ...] | None = None
    encoding: str = "cp437"
    consented: tuple[str, ...] | None = None
    locked_until: dt.date | None = None
    accounting_method: str = "ACCRUAL"
    sie_fault: Fault | None = None
    swedish_amounts: bool = False

    @property
    def ids(self) -> tuple[int, ...]:
        """Give the Id of each year of the company."""
        return self.year_ids or tuple(range(1, len(self.company.years) + 1))


class Tenant:
    """A tenant while the simulator runs. Every edit makes a new edition of its books."""

    def __init__(
        self, made_with: SimulatedTenant, *, base: str, now: Callable[[], dt.datetime]
    ) -> None:
        """Begin with the books as they were made."""
        self.made_with = made_with
        self.switches: set[str] = set()
        self._now = now
        self._lock = threading.RLock()
        self.edition = Edition(made_with.company, made_with.ids, base)

    @property
    def number(self) -> int:
        """The DatabaseNumber, which is the TenantId and the #FNR of SIE files."""
        return self.made_with.database_number

    def switch(self, name: str, *, on: bool = True) -> None:
        """Turn one of `SWITCHES` on or off.

        Raises:
            ValueError: No such switch.
        """
        if name not in SWITCHES:
            raise ValueError(f"No switch {name!r}: known are {sorted(SWITCHES)}.")
        (self.switches.add if on else self.switches.discard)(name)

    def edit(
        self,
        *,
        removed: Iterable[VoucherKey] = (),
        changed: Iterable[VoucherKey] = (),
        year: int = -1,
    ) -> None:
        """Remove and change vouchers, as (series, number), of a year (its place; -1: the last)."""
        with self._lock:
            at = self._now()
            self.edition = self.edition.edited(removed, changed, year=year, at=at)

    def replace_books(self, company: Company) -> None:
        """Go on with other books of the same years, such as those of the next night."""
        with self._lock:
            self.edition = replace(self.edition.next(), company=company)

    def hide_from_sie(
        self, voucher: VoucherKey, *, year: int = -1, in_balances: bool = True
    ) -> None:
        """Leave a voucher out of SIE files while the lists still have it.

        ``in_balances`` says whether the file's closing balances still count it.
        """
        with self._lock:
            self.edition = self.edition.hiding(voucher, year=year, in_balances=in_balances)

    def attach(
        self,
        voucher: VoucherKey,
        name: str = "kvitto.pdf",
        *,
        content: bytes | None = b"%PDF-1.4\n%%EOF\n",
        year: int = -1,
    ) -> str:
        """Hang a file on a voucher, which need not exist, and give the file's id.

        ``content`` None: the list names a file that the archive does not have.
        """
        with self._lock:
            word = f"{self.number}/attached/{len(self.edition.attached)}"
            file_id = str(uuid.uuid5(uuid.NAMESPACE_OID, word))
            self.edition = self.edition.attaching(voucher, (file_id, name, content), year=year)
            return file_id

    def postpone(self, invoice: int) -> None:
        """Move the due date of a customer invoice, so that its row and its preview change."""
        with self._lock:
            self.edition = self.edition.postponing(invoice)

    def unbook(self, invoice: int) -> None:
        """Let a customer invoice be booked by no voucher yet."""
        with self._lock:
            self.edition = self.edition.unbooking(invoice)

    def print(self, invoice: int) -> None:
        """Mark a customer invoice as sent, which printing it does."""
        with self._lock:
            self.edition = self.edition.sending(invoice)

    def detach(self, file_id: str) -> None:
        """Take a file off all vouchers and supplier invoices; the archive keeps it."""
        with self._lock:
            self.edition = self.edition.detaching(file_id)
