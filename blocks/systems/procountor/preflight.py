"""What has to be so before anything is pushed into a company's Procountor, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from blocks.http import CallRefused, WhoActs
from blocks.systems.ports import Requirement
from blocks.systems.procountor.rights import missing_rights
from blocks.systems.procountor.session import ProcountorSession
from ledger.invoice.mappings.procountor.cards import KEY_MARK
from ledger.invoice.mappings.procountor.reading import number_of, rows_in, text_in

KEY: Final = "api_key"
CIRCULATION: Final = "approval_circulation"
BANK: Final = "bank_connection"
COMMENT: Final = "partner_key"

ASKED: Final = {
    "bank_accounts": ("bankaccounts", "results"),
    "fiscal_years": ("fiscalyears", "fiscalYears"),
    "vat": ("vats/default", "vatStatuses"),
    "chart_of_accounts": ("coa", "ledgerAccounts"),
}
"""What is only read: by name, its path and the field of the answer that holds its rows."""

RIGHTS_HELP: Final = "An administrator gives the API user the right to see it in Procountor."


async def preflight_of(session: ProcountorSession) -> list[Requirement]:
    """Ask each; that the key opens this company was proven when the session was opened.

    Raises:
        CallFailed: Try again later.
    """
    company = session.who.company_id
    found = [
        Requirement(KEY, True, f"The key opens company {company}, as user {session.who.user_id}.")
    ]
    found += missing_rights(await session.get("users/rights"))
    found += [await _readable(session, name) for name in ASKED]
    found += [await _circulation(session), await _partner_key(session), _bank(session)]
    return found


async def _readable(session: ProcountorSession, name: str) -> Requirement:
    path, rows = ASKED[name]
    try:
        answer = await session.get(path)
    except CallRefused as problem:
        return Requirement(name, False, str(problem), problem.who_acts, RIGHTS_HELP)
    count = len(answer.get(rows) or ()) if isinstance(answer, Mapping) else 0
    return Requirement(name, True, f"{count} can be read.")


async def _circulation(session: ProcountorSession) -> Requirement:
    """Say whether our user can approve purchases: with the circulation on, only an approver may."""
    try:
        found = await session.get("company/invoicecirculation/settings")
    except CallRefused as problem:
        return Requirement(CIRCULATION, None, str(problem), problem.who_acts, RIGHTS_HELP)
    if not isinstance(found, Mapping) or not found.get("useForPurchaseInvoices"):
        return Requirement(CIRCULATION, True, "The approval circulation of purchases is off.")
    acceptors = {number_of(one.get("userId")) for one in rows_in(found.get("acceptors"))}
    if session.terms.own_approver or session.who.user_id in acceptors:
        return Requirement(CIRCULATION, True, "The circulation is on, and our user is an approver.")
    return Requirement(
        CIRCULATION,
        False,
        "The approval circulation of purchases is on, and our user is not among its approvers.",
        WhoActs.CUSTOMER_ADMINISTRATOR,
        'Make the API user an approver in Procountor, or set "own_approver": true in the terms of '
        "the tenant's Prefect block, which names it on each invoice.",
    )


async def _partner_key(session: ProcountorSession) -> Requirement:
    """Say whether a card's second comment, where our key travels, can be read back."""
    try:
        return await _comment_of_a_card(session)
    except CallRefused as problem:
        return Requirement(COMMENT, None, str(problem), problem.who_acts, RIGHTS_HELP)


async def _comment_of_a_card(session: ProcountorSession) -> Requirement:
    listed = await session.get("businesspartners", size=1)
    first = next(
        iter(rows_in(listed.get("results") if isinstance(listed, Mapping) else None)), None
    )
    if first is None:
        reason = "No card is there yet; of the first of ours it shows."
        return Requirement(COMMENT, None, reason)
    card: Any = await session.get(f"businesspartners/{number_of(first.get('id'))}")
    extra = next(iter(rows_in(card)), {}).get("additionalInfo")
    if isinstance(extra, Mapping):
        own = " One of ours shows it." if KEY_MARK in text_in(extra, "comments2") else ""
        return Requirement(COMMENT, True, f"Cards give their additional information back.{own}")
    reason = "Cards do not give their additional information back."
    help_ = "New cards without a business id are then held, since a lost answer proves nothing."
    return Requirement(COMMENT, None, reason, WhoActs.US, help_, is_to_check=True)


def _bank(session: ProcountorSession) -> Requirement:
    """Say what was declared of the company's own bank connection; the API does not show it."""
    if session.terms.bank_connection is False:
        return Requirement(
            BANK,
            None,
            "It was declared to be off, and reference payments are never sent from here: they "
            "would be missing in Procountor.",
            WhoActs.CUSTOMER_ADMINISTRATOR,
            'Take the bank connection into use in Procountor, then set "bank_connection": true in '
            "the terms of the tenant's Prefect block.",
            is_to_check=True,
        )
    if session.terms.bank_connection:
        return Requirement(BANK, True, "It was declared to be on, for reference payments.")
    return Requirement(
        BANK,
        None,
        "Nobody has declared whether the bank connection for reference payments is on, and "
        "Procountor does not tell.",
        WhoActs.CUSTOMER_ADMINISTRATOR,
        'Look in Procountor, then set "bank_connection" to true or false in the terms of the '
        "tenant's Prefect block.",
        is_to_check=True,
    )
