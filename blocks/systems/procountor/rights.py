"""The rights that pushing needs of the API user, each with the words by which it is asked for.

Source:
    Procountor API 26.04, GET /users/rights; docs/systems/procountor.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from blocks.http import WhoActs
from blocks.systems.ports import Requirement

ALL: Final = "ALL_RIGHTS"
VIEW: Final = "VIEWING_RIGHTS"


class Right(NamedTuple):
    """A right of the API user. `level`: the least that will do; more always passes."""

    name: str
    level: str
    title: str
    used_for: str


RIGHTS: Final = (
    Right("purchases.purchaseInvoices", ALL, "Purchase invoices", "purchase invoices"),
    Right("purchases.purchaseInvoiceSearch", VIEW, "Purchase invoice search", "finding them again"),
    Right("sales.salesOrGroupInvoices", ALL, "Sales invoices", "sales invoices"),
    Right("sales.salesInvoiceSearch", VIEW, "Sales invoice search", "finding them again"),
    Right("accounting.journalReceipts", ALL, "Journals", "journals and ledger receipts"),
    Right("accounting.journalReceiptSearch", VIEW, "Journal search", "finding them again"),
    Right("purchases.supplierRegister", ALL, "Supplier register", "suppliers' cards"),
    Right("sales.customerRegister", ALL, "Customer register", "customers' cards"),
    Right("sales.productRegister", ALL, "Product register", "products"),
    Right("invoiceCirculation.approval", ALL, "Approval of invoices", "approving"),
    Right("invoiceCirculation.verification", ALL, "Verification of invoices", "approving"),
    Right("payments.markAsPaid", ALL, "Mark as paid", "payments"),
    Right("management.basicCompanyInfo", VIEW, "Company info", "proving whose key it is"),
)

LIMITS: Final = {
    "accounting.preventCreatingEditingInvoices": "invoices cannot be made or changed",
    "accounting.preventEditingAccountingPage": "ledger receipts cannot be written",
    "purchases.personalPurchaseInvoicesOnly": "purchase invoices of others are not seen",
    "sales.personalSalesInvoicesOnly": "sales invoices of others are not seen",
    "accounting.personalJournalReceiptsOnly": "journals of others are not seen",
    "invoiceCirculation.personalApprovalsOrVerificationsOnly": "only own invoices can be approved",
}
"""What narrows a right, and what comes of it."""

WHERE: Final = (
    "An administrator of the company gives the API user the right in Procountor (Management > "
    "Users and user rights, Hallinta > Käyttäjät ja käyttöoikeudet)."
)


def missing_rights(privileges: Any) -> list[Requirement]:
    """Return a requirement for each right; the role's name is never looked at."""
    rights = privileges.get("rights") if isinstance(privileges, Mapping) else None
    found = [_of(right, rights) for right in RIGHTS]
    return [*found, *_narrowed(rights)]


def _of(right: Right, rights: Any) -> Requirement:
    held = _value(rights, right.name)
    passed = held == ALL or (held == VIEW and right.level == VIEW)
    name = f"right_{right.name.rpartition('.')[2]}"
    if passed:
        return Requirement(name, True, f"{right.title}: there.")
    reason = (
        f"{right.title} ({right.name}) is {held or 'not there'}; it is needed for {right.used_for}."
    )
    return Requirement(name, False, reason, WhoActs.CUSTOMER_ADMINISTRATOR, WHERE)


def _narrowed(rights: Any) -> Iterable[Requirement]:
    for name, consequence in LIMITS.items():
        if _value(rights, name) is True:
            short = f"limit_{name.rpartition('.')[2]}"
            reason = f"The user is limited ({name}): {consequence}."
            yield Requirement(short, False, reason, WhoActs.CUSTOMER_ADMINISTRATOR, WHERE)


def _value(rights: Any, name: str) -> Any:
    group, _, key = name.partition(".")
    held = rights.get(group) if isinstance(rights, Mapping) else None
    return held.get(key) if isinstance(held, Mapping) else None
