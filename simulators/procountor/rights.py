"""The rights of a user of one environment, which are all that its API key may do.

Source:
    Procountor API 26.04, GET /users/rights (UserPrivileges).
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

ALL: Final = "ALL_RIGHTS"
VIEW: Final = "VIEWING_RIGHTS"
NONE: Final = "NO_ACCESS"
NOT_ENABLED: Final = "NOT_ENABLED"

LEVELS: Final[dict[str, tuple[str, ...]]] = {
    "accounting": ("journalReceipts", "journalReceiptSearch", "closingOfAccountTools",
                   "accountingReports", "archive"),
    "sales": ("salesOrGroupInvoices", "salesInvoiceSearch", "customerRegister",
              "productRegister"),
    "purchases": ("purchaseInvoices", "purchaseInvoiceSearch", "supplierRegister",
                  "productRegister", "fixedAssetsRegister"),
    "travelAndExpenses": ("travelAndExpenseInvoices", "travelAndExpenseInvoiceSearch"),
    "invoiceCirculation": ("verification", "approval"),
    "payments": ("payment", "salaryPayments", "markAsPaid", "markSalaryAsPaid",
                 "directBankTransfer", "bankStatementAndReferencePayment", "paymentAllocation"),
    "salaries": ("payroll", "personRegister", "workingTimeTracking"),
    "management": ("basicCompanyInfo", "basicAccountingInfo", "chartOfAccountsAndDefaultReports",
                   "usersAndUserRights", "companyUserManagement", "setUpACompany", "importData",
                   "notifications", "incomesRegisterCertificate", "groupLetter", "auditLog"),
}  # fmt: skip
"""What a user may do, by group; each has a level."""

LIMITS: Final[dict[str, tuple[str, ...]]] = {
    "accounting": ("personalJournalReceiptsOnly", "preventCreatingEditingInvoices",
                   "preventEditingAccountingPage"),
    "sales": ("personalSalesInvoicesOnly",),
    "purchases": ("personalPurchaseInvoicesOnly",),
    "travelAndExpenses": ("personalTravelAndExpenseInvoiceOnly",),
    "invoiceCirculation": ("personalApprovalsOrVerificationsOnly",),
    "salaries": ("personalSalariesOnly", "personalWorkHourTrackingOnly"),
    "user": ("limitedDimensions", "blockSoloLoginToProcountor"),
}  # fmt: skip
"""What narrows a right, by group; each is on or off."""

Rights = dict[str, dict[str, Any]]


def all_rights() -> Rights:
    """Give every right, without limits."""
    rights: Rights = {group: dict.fromkeys(keys, ALL) for group, keys in LEVELS.items()}
    for group, keys in LIMITS.items():
        rights.setdefault(group, {}).update(dict.fromkeys(keys, False))
    rights["user"]["editPersonalInfo"] = ALL
    return rights


def changed(rights: Rights, changes: dict[str, Any]) -> Rights:
    """Give rights with some of them otherwise, as ``{"salaries.payroll": "NO_ACCESS"}``.

    Raises:
        ValueError: No such right.
    """
    result = deepcopy(rights)
    for name, value in changes.items():
        group, _, key = name.partition(".")
        if key not in result.get(group, {}):
            raise ValueError(f"No right {name!r}: known are those of LEVELS and LIMITS.")
        result[group][key] = value
    return result


def allows(rights: Rights, name: str, level: str = VIEW) -> bool:
    """Return whether a right is had at a level at least."""
    group, _, key = name.partition(".")
    held = rights[group][key]
    return held == ALL or (held == VIEW and level == VIEW)
