"""The rights that a ledger needs: a user who lacks one is shown books that look whole.

Source:
    Procountor API 26.04, GET /users/rights; help.procountor.fi 531609 (payroll receipts need all
    rights to payroll and viewing rights to the person register).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from blocks.http import WhoActs
from blocks.systems.ports import Requirement
from blocks.systems.procountor.rights import ALL, VIEW, WHERE
from blocks.systems.procountor.session import ProcountorSession

NOT_ENABLED: Final = "NOT_ENABLED"
"""The company does not use that part of Procountor, so nothing of it is missing."""
RANK: Final = {"NO_ACCESS": 0, NOT_ENABLED: 0, VIEW: 1, ALL: 2}

NEEDED: Final = {
    "accounting.journalReceiptSearch": VIEW,
    "accounting.accountingReports": VIEW,
    "sales.salesInvoiceSearch": VIEW,
    "purchases.purchaseInvoiceSearch": VIEW,
    "travelAndExpenses.travelAndExpenseInvoiceSearch": VIEW,
    "salaries.payroll": ALL,
    "salaries.personRegister": VIEW,
    "management.basicCompanyInfo": VIEW,
}
"""The least level of each."""

LIMITS: Final = (
    "accounting.personalJournalReceiptsOnly",
    "sales.personalSalesInvoicesOnly",
    "purchases.personalPurchaseInvoicesOnly",
    "travelAndExpenses.personalTravelAndExpenseInvoiceOnly",
    "salaries.personalSalariesOnly",
    "user.limitedDimensions",
)
"""What hides receipts of others, or of other dimensions."""


def ledger_requirements(privileges: Any) -> list[Requirement]:
    """Return a requirement for each right that a ledger needs, and for each limit that is set."""
    rights = privileges.get("rights") if isinstance(privileges, dict) else None
    found = [_of(name, level, held_in(rights, name)) for name, level in NEEDED.items()]
    return [*found, *_limits(rights)]


async def preflight_of_ledger(session: ProcountorSession) -> list[Requirement]:
    """Ask for the rights that a ledger needs; whose key it is was proven when the session opened.

    Raises:
        CallRefused, CallFailed: As for any call.
    """
    opened = f"The key opens company {session.who.company_id}, as user {session.who.user_id}."
    privileges = json.loads(await session.api.content("users/rights"))
    return [Requirement("api_key", True, opened), *ledger_requirements(privileges)]


def _of(name: str, level: str, held: Any) -> Requirement:
    short = f"right_{name.rpartition('.')[2]}"
    if held == NOT_ENABLED:
        return Requirement(short, True, f"{name} is not in use in this company.")
    if isinstance(held, str) and RANK.get(held, 0) >= RANK[level]:
        return Requirement(short, True, f"{name}: there.")
    reason = f"{name} is {held or 'not there'}; the ledger needs {level}, or receipts are missing."
    return Requirement(short, False, reason, WhoActs.CUSTOMER_ADMINISTRATOR, WHERE)


def _limits(rights: Any) -> Iterator[Requirement]:
    for name in LIMITS:
        if held_in(rights, name) is True:
            short = f"limit_{name.rpartition('.')[2]}"
            reason = f"The user is limited ({name}), so receipts of others are not seen."
            yield Requirement(short, False, reason, WhoActs.CUSTOMER_ADMINISTRATOR, WHERE)


def held_in(rights: Any, name: str) -> Any:
    """Return what a user holds of a right; None where the answer does not have it."""
    group, _, key = name.partition(".")
    held = rights.get(group) if isinstance(rights, dict) else None
    return held.get(key) if isinstance(held, dict) else None


def less_than(now: Any, before: Any) -> list[str]:
    """Return the names of the rights of which less is held now than before, in order.

    Of all that the answer names: which of them hides a receipt is documented for few. A limit is a
    right that is true.
    """
    held, earlier = dict(_all_in(now)), dict(_all_in(before))
    names = held.keys() | earlier.keys()
    return sorted(name for name in names if _rank(held.get(name)) < _rank(earlier.get(name)))


def _all_in(privileges: Any) -> Iterator[tuple[str, Any]]:
    rights = privileges.get("rights") if isinstance(privileges, dict) else None
    for group, held in (rights or {}).items():
        for name, level in held.items() if isinstance(held, dict) else ():
            yield f"{group}.{name}", level


def _rank(level: Any) -> int:
    return RANK.get(level, 0) if isinstance(level, str) else -int(level is True)
