"""What has to be so before anything is pushed into a company's Fennoa, one by one.

Source:
    The vendor's pages "api-basics" and "sales_api"; docs/systems/fennoa.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from blocks.http import CallFailed, CallRefused, WhoActs
from blocks.systems.fennoa.listing import End, KeyIn, ListFacts, Order, Row, ids_of
from blocks.systems.fennoa.locks import LOCKS as LOCKS_PATH
from blocks.systems.fennoa.locks import rows_of
from blocks.systems.fennoa.session import FennoaSession
from blocks.systems.ports import Requirement
from ledger.invoice.mappings.fennoa.plan import check_activation
from ledger.invoice.mappings.fennoa.terms import Terms

USER: Final = "api_user"
LOCKS: Final = "locking_periods"
LIST: Final = "list_of_invoices"
KEY: Final = "our_key"
BOOKS: Final = "ledger"
KEY_LOOKS: Final = 5
"""Invoices that are read one by one to see whether the field of our key comes back."""

HELP: Final = {
    USER: (
        "In Fennoa: Users, then Create a new API user (Luo uusi API-käyttäjä) with the role Sales "
        "(Myynti). Put user and key into the Prefect block, then connect once more."
    ),
    LOCKS: (
        "Give the API user the role Accounting (Kirjanpito) for reading too. Without it invoices "
        "of a locked period are refused one by one by Fennoa itself."
    ),
    BOOKS: (
        "To pull the ledger, give the API user the role Accounting (Kirjanpito) for reading. A "
        "company into which invoices are pushed and no more can do without it."
    ),
    LIST: (
        "Nothing is to be done: a list whose order does not show is read to its end, which takes "
        "two calls for each 200 invoices."
    ),
    KEY: (
        "A lost answer is resolved by finding our key, so the field in which it travels has to "
        "come back. Ask Fennoa to show it to the API user, or choose another key_field in the "
        "terms of the Prefect block."
    ),
}

_ENDS: Final = {
    End.EMPTY: "the page behind the last is empty",
    End.ABSENT: "the page behind the last is answered 404",
    End.REPEATED: "the page behind the last is the last once more",
}
_ORDERS: Final = {
    Order.NEWEST_FIRST: "newest first",
    Order.OLDEST_FIRST: "oldest first",
    Order.UNKNOWN: "in an order that does not show yet",
}


async def preflight_of(session: FennoaSession) -> list[Requirement]:
    """Ask each; what follows from one that failed is not asked.

    Raises:
        CallFailed: Try again later.
    """
    try:
        await session.read("sales_api/?page=1")
    except CallRefused as problem:
        failed = Requirement(USER, False, str(problem), problem.who_acts, HELP[USER])
        rest = [Requirement(name, help=HELP[name]) for name in (LOCKS, LIST, KEY, BOOKS)]
        return [failed, *rest, *_agreed(session.terms)]
    reason = f"Fennoa let us read its sales invoices as {session.target.user}."
    facts, rows = await _survey(session)
    return [
        Requirement(USER, True, reason),
        await _locks(session),
        _list(facts),
        await _key(session, facts, rows),
        await _books(session),
        *_agreed(session.terms),
    ]


async def newest_id(session: FennoaSession) -> int:
    """Return the highest id of an invoice in the list, 0 of an empty one.

    In a list whose newest stand neither at its beginning nor at its end it may be a lower one,
    which costs longer walks and nothing else.

    Raises:
        CallRefused, CallFailed: As for any call.
    """
    await session.read("sales_api/?page=1")
    facts, rows = await _survey(session)
    await _key(session, facts, rows)
    return max(ids_of(rows), default=0)


async def _survey(session: FennoaSession) -> tuple[ListFacts, list[Row]]:
    found = await session.target.survey()
    if found is None:
        raise CallFailed(
            "Fennoa's list of sales invoices could not be read as one. Try again later.",
            code="no_answer",
        )
    facts, first, last = found
    return facts, [*first, *(last if facts.pages > 1 else [])]


async def _locks(session: FennoaSession) -> Requirement:
    try:
        found = await session.read(LOCKS_PATH)
    except CallRefused:
        reason = "It may not be read; Fennoa refuses each by itself."
        return Requirement(LOCKS, None, reason, help=HELP[LOCKS])
    rows = rows_of(found or [])
    locked = ", ".join(f"{row['code']} {row['value']}" for row in rows if row.get("value"))
    return Requirement(LOCKS, True, f"Locked: {locked}." if locked else "Nothing is locked.")


async def _books(session: FennoaSession) -> Requirement:
    try:
        periods = await session.read("accounting_api/get/periods")
    except CallRefused as problem:
        return Requirement(BOOKS, False, str(problem), problem.who_acts, HELP[BOOKS])
    return Requirement(BOOKS, True, f"Its {len(periods or [])} accounting periods may be read.")


def _list(facts: ListFacts) -> Requirement:
    pages = f"{facts.pages:,} page{'s' if facts.pages > 1 else ''}"
    reason = f"{pages}, {_ORDERS[facts.order]}; {_ENDS[facts.end]}."
    return Requirement(LIST, True, reason, help=HELP[LIST])


async def _key(session: FennoaSession, facts: ListFacts, rows: list[Row]) -> Requirement:
    """Say where the field of our key comes back, and keep it for searches."""
    field = session.terms.key_field
    found = await _key_in(session, rows)
    if found is KeyIn.UNKNOWN and facts.key_in is not KeyIn.NOWHERE:
        found = facts.key_in
    session.target.memory.note(key_in=found)
    if found is KeyIn.LIST:
        return Requirement(KEY, True, f"The list of invoices gives {field} back.")
    if found is KeyIn.DETAIL:
        reason = f"Only the invoice gives {field} back: a search reads them one by one."
        return Requirement(KEY, True, reason)
    if found is KeyIn.NOWHERE:
        return Requirement(KEY, False, f"Nothing gives {field} back.", WhoActs.US, HELP[KEY])
    reason = (
        f"No invoice has anything in {field} yet. The first of ours shows it, as a draft, and the "
        "others wait for that one."
    )
    return Requirement(KEY, None, reason, help=HELP[KEY])


async def _key_in(session: FennoaSession, rows: list[Row]) -> KeyIn:
    field = session.terms.key_field
    headers = [row["SalesInvoice"] for row in rows]
    if any(header.get(field) for header in headers):
        return KeyIn.LIST
    details = [await _header(session, header["id"]) for header in headers[:KEY_LOOKS]]
    if any(detail.get(field) for detail in details):
        return KeyIn.DETAIL
    is_nowhere = bool(details) and not any(field in detail for detail in details)
    return KeyIn.NOWHERE if is_nowhere else KeyIn.UNKNOWN


async def _header(session: FennoaSession, number: Any) -> Row:
    found = await session.read(f"sales_api/{number}")
    header = found.get("SalesInvoice") if isinstance(found, dict) else None
    return header if isinstance(header, dict) else {}


def _agreed(terms: Terms) -> Iterator[Requirement]:
    """Say what is missing before invoices are pushed, and what the company's people have to know.

    What is missing is no failure: a company may be connected for its ledger alone. Nothing of
    this is asked of Fennoa, so nothing of it is ever met.
    """
    for one in check_activation(terms):
        who = WhoActs.US if one.refuses else WhoActs.CUSTOMER_ADMINISTRATOR
        yield Requirement(one.code, None, one.message, who, is_to_check=True)
