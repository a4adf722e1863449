"""Everything under /3/ and /api/ that is served: paths, query parameters, scopes.

`tests/contract/test_fortnox_openapi.py` compares this table with the vendor's OpenAPI file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulators.fortnox.ask import Handler
from simulators.fortnox.paging import PAGING
from simulators.fortnox.resources import accounts, company, files, invoices, sie, vouchers

YEAR: Final = frozenset({"financialyear", "financialyeardate"})
SORTING: Final = frozenset({"sortby", "sortorder"})
DATES: Final = frozenset({"fromdate", "todate", "lastmodified"})
NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True)
class Resource:
    """One path, as the vendor writes it."""

    path: str
    scope: str
    parameters: frozenset[str]
    handler: Handler

    @property
    def is_slow(self) -> bool:
        """Whether it reads whole years, which takes seconds for large books: a thread's work."""
        return self.scope not in ("companyinformation", "settings", "profile")


RESOURCES: Final = (
    Resource("/3/companyinformation", "companyinformation", NONE, company.company_information),
    Resource("/3/settings/company", "settings", NONE, company.company_settings),
    Resource("/3/settings/lockedperiod", "settings", NONE, company.locked_period),
    Resource("/3/me", "profile", NONE, company.me),
    Resource("/3/financialyears", "bookkeeping", PAGING | {"date"}, company.financial_years),
    Resource("/3/financialyears/{Id}", "bookkeeping", NONE, company.financial_year),
    Resource(
        "/3/accounts",
        "bookkeeping",
        PAGING | YEAR | {"lastmodified", "sru", "sortby"},
        accounts.accounts,
    ),
    Resource("/3/accounts/{Number}", "bookkeeping", YEAR, accounts.account),
    Resource(
        "/3/vouchers", "bookkeeping", PAGING | YEAR | SORTING | vouchers.FILTERS, vouchers.vouchers
    ),
    Resource("/3/vouchers/sublist", "bookkeeping", PAGING | SORTING, vouchers.sublist),
    Resource(
        "/3/vouchers/sublist/{VoucherSeries}",
        "bookkeeping",
        PAGING | YEAR | SORTING,
        vouchers.sublist_of_series,
    ),
    Resource("/3/vouchers/{VoucherSeries}/{VoucherNumber}", "bookkeeping", YEAR, vouchers.voucher),
    Resource("/3/voucherseries", "bookkeeping", PAGING | YEAR, vouchers.voucher_series),
    Resource("/3/voucherseries/{Code}", "bookkeeping", YEAR, vouchers.one_voucher_series),
    Resource("/3/sie/{Type}", "bookkeeping", frozenset({"financialyear"}), sie.sie),
    Resource(
        "/3/voucherfileconnections",
        "connectfile",
        PAGING | YEAR | {"voucheryear"},
        files.voucher_file_connections,
    ),
    Resource(
        "/3/supplierinvoicefileconnections",
        "connectfile",
        PAGING | {"supplierinvoicenumber"},
        files.supplier_invoice_file_connections,
    ),
    Resource(
        "/3/supplierinvoices",
        "supplierinvoice",
        PAGING | {"filter", "lastmodified"},
        invoices.supplier_invoices,
    ),
    Resource("/3/invoices", "invoice", PAGING | DATES | {"filter"}, invoices.invoices),
    Resource("/3/invoices/{DocumentNumber}/preview", "invoice", NONE, invoices.preview),
    Resource("/3/invoices/{DocumentNumber}/print", "invoice", NONE, invoices.printed),
    Resource("/3/archive", "archive", frozenset({"fileid"}), files.archive),
    Resource("/3/archive/{id}", "archive", frozenset({"fileid"}), files.archive_item),
    Resource("/3/inbox", "inbox", NONE, files.inbox),
    Resource("/3/inbox/{Id}", "inbox", NONE, files.inbox_item),
    Resource(
        "/api/fileattachments/attachments-v1",
        "invoice",
        frozenset({"entityid", "entitytype"}),
        files.attachments,
    ),
)
"""All that is served, exact paths before those with a part that varies."""
