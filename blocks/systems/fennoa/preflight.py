"""What has to be so before anything is pushed into a company's Fennoa, one by one.

Source:
    The vendor's pages "api-basics" and "sales_api"; docs/systems/fennoa.md.
"""

from __future__ import annotations

from typing import Any, Final

from blocks.http import CallRefused, WhoActs
from blocks.systems.fennoa.prepared import KEY_FIELD
from blocks.systems.fennoa.session import FennoaSession
from blocks.systems.fennoa.walk import PAGE_ROWS
from blocks.systems.ports import Requirement

USER: Final = "api_user"
LOCKS: Final = "locking_periods"
BOOKS: Final = "ledger"
KEY: Final = "our_key"

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
    KEY: (
        "Fennoa gives an invoice's internal notes back neither in its list nor in the invoice, so "
        "a lost answer could not be resolved. Ask Fennoa to show notes_internal to the API user."
    ),
}


async def preflight_of(session: FennoaSession) -> list[Requirement]:
    """Ask each; what follows from one that failed is not asked.

    Raises:
        CallFailed: Try again later.
    """
    try:
        rows = await _page(session, 1)
    except CallRefused as problem:
        failed = Requirement(USER, False, str(problem), problem.who_acts, HELP[USER])
        return [failed, *(Requirement(name, help=HELP[name]) for name in (LOCKS, KEY, BOOKS))]
    reason = f"Fennoa let us read its sales invoices as {session.target.user}."
    return [
        Requirement(USER, True, reason),
        await _locks(session),
        await _key(session, rows),
        await _books(session),
    ]


async def newest_id(session: FennoaSession) -> int:
    """Return the highest id of an invoice in the list, 0 of an empty one.

    In a list whose newest stand neither at its beginning nor at its end it may be a lower one,
    which costs longer walks and nothing else.
    """
    first = await _page(session, 1)
    ids = _ids(first)
    if len(first) < PAGE_ROWS or ids == sorted(ids, reverse=True):
        return max(ids, default=0)
    return max(*ids, *_ids(await _last_page(session)))


async def _last_page(session: FennoaSession) -> list[Any]:
    """Find the last page by halves: its number is promised nowhere."""
    full, beyond = 1, 2
    while len(rows := await _page(session, beyond)) == PAGE_ROWS:
        full, beyond = beyond, beyond * 2
    while beyond - full > 1 and not rows:
        middle = (full + beyond) // 2
        found = await _page(session, middle)
        if len(found) == PAGE_ROWS:
            full = middle
        else:
            beyond, rows = middle, found
    return rows or await _page(session, full)


async def _page(session: FennoaSession, page: int) -> list[Any]:
    found = await session.read(f"sales_api/?page={page}")
    return found if isinstance(found, list) else []


def _ids(rows: list[Any]) -> list[int]:
    return [int(row["SalesInvoice"]["id"]) for row in rows]


async def _locks(session: FennoaSession) -> Requirement:
    try:
        found = await session.read("accounting_api/get/locking_periods")
    except CallRefused:
        return Requirement(LOCKS, None, "It may not be read; Fennoa refuses each by itself.")
    locked = ", ".join(f"{row['code']} {row['value']}" for row in found or [] if row.get("value"))
    return Requirement(LOCKS, True, f"Locked: {locked}." if locked else "Nothing is locked.")


async def _books(session: FennoaSession) -> Requirement:
    try:
        periods = await session.read("accounting_api/get/periods")
    except CallRefused as problem:
        return Requirement(BOOKS, False, str(problem), problem.who_acts, HELP[BOOKS])
    return Requirement(BOOKS, True, f"Its {len(periods or [])} accounting periods may be read.")


async def _key(session: FennoaSession, rows: list[Any]) -> Requirement:
    if not rows:
        reason = "No invoice is there yet; the first of ours shows it, as a draft."
        return Requirement(KEY, None, reason, help=HELP[KEY])
    header = rows[0]["SalesInvoice"]
    if KEY_FIELD in header:
        return Requirement(KEY, True, f"The list of invoices gives {KEY_FIELD} back.")
    detail = await session.read(f"sales_api/{header['id']}")
    if KEY_FIELD in detail.get("SalesInvoice", {}):
        reason = f"Only the invoice gives {KEY_FIELD} back: a search reads them one by one."
        return Requirement(KEY, True, reason)
    return Requirement(KEY, False, f"Nothing gives {KEY_FIELD} back.", WhoActs.US, HELP[KEY])
