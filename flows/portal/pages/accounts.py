"""The account table of a company whose Ecom leads to Procountor, with suggestions.

Source:
    R-ECO-17 to R-ECO-24, as `tasma ecom accounts` shows and changes it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from blocks.hub.routes import NoRoute
from flows.doors.on_server import server_chosen
from flows.portal.routes import ACCOUNT, ANYONE, STAFF, TEXT, WORD, route
from flows.portal.visit import Visit, not_found
from ledger.errors import TasmaError, TransientError
from ledger.invoice.mappings.ecom_procountor.accounts import (
    NO,
    NO_TARGET,
    YES,
    AccountRow,
    Finding,
    row_of,
)
from tasks.ecom import accounts
from tasks.ecom.retry import retry_accounts
from tasks.ecom.route import EcomRoute

LOG: Final = logging.getLogger("tasma.portal")
ROWS: Final = 500
"""Rows of a table on the page; the CSV file has them all."""

SAVED: Final = "saved"
TRIED: Final = "tried"
"""What was saved, and whether documents that waited for it are tried once more."""

STATUSES: Final = {"system_away": 503}
"""Of an answer, by the problem that the page tells; any other is 409."""

PATH: Final = "/companies/{tenant}/account-table"


@route("GET", PATH, who=ANYONE, takes={"saved": WORD})
def account_table(visit: Visit) -> Response:
    """Show the table, what is wrong with it, and what it lacks, and whether it was just saved."""
    return _page(visit, saved=visit.get("saved"))


@route("GET", PATH + "/csv", who=ANYONE)
def account_table_csv(visit: Visit) -> Response:
    """Hand out the whole table, in which nothing is a formula to a spreadsheet."""
    found = _route(visit)
    if found is None:
        raise not_found()
    disposition = f'attachment; filename="{visit.tenant.id}-accounts.csv"'
    return Response(
        accounts.export_csv(found),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": disposition},
    )


@route("POST", PATH + "/ask", who=STAFF, back="account_table")
async def ask_accounts(visit: Visit) -> Response:
    """Ask Procountor for its chart and VAT statuses, and suggest by them; nothing is saved."""
    found = await run_in_threadpool(_route, visit)
    if found is None:
        raise not_found()
    there, problem = accounts.NOT_ASKED, ""
    try:
        with server_chosen():
            there = await accounts.ask_there(found)
    except TasmaError as failure:
        LOG.warning("%s: %s", visit.route.name, failure)
        visit.note(failure.code)
        problem = "system_away" if isinstance(failure, TransientError) else "409"
    return await run_in_threadpool(_page, visit, there, problem=problem)


@route(
    "POST",
    PATH,
    who=STAFF,
    takes={
        "account": ACCOUNT,
        "rate": TEXT,
        "target": TEXT,
        "status": TEXT,
        "sales": WORD,
        "purchases": WORD,
    },
)
def save_account(visit: Visit) -> Response:
    """Add a row, or change the one of its account and rate."""
    switches = [YES if visit.get(name) else NO for name in ("sales", "purchases")]
    texts = [visit.get(name).strip() for name in ("account", "rate", "target", "status")]
    return _saved(visit, [[*texts, *switches]])


@route("POST", PATH + "/rows", who=STAFF, takes={"row": TEXT}, back="account_table")
def save_accounts(visit: Visit) -> Response:
    """Add the rows that were ticked; one without an account or a status of there is refused."""
    lines = [text.split(";") for text in visit.every("row")]
    found = [row_of(cells) for cells in lines]
    if empty := [one for one in found if isinstance(one, AccountRow) and not one.is_whole]:
        return _page(visit, wrong=[Finding(one.account, one.vat_rate, NO_TARGET) for one in empty])
    return _saved(visit, lines)


def _saved(visit: Visit, lines: Iterable[Sequence[str]]) -> Response:
    found = _route(visit)
    if found is None:
        raise not_found()
    rows = list(lines)
    if wrong := accounts.put(found, rows, who=visit.who):
        return _page(visit, wrong=wrong)
    tried = retry_accounts(found, who=visit.who)
    visit.note(f"{len(rows)} rows of the account table")
    return visit.to("account_table", tenant=visit.tenant.id, saved=TRIED if tried else SAVED)


def _route(visit: Visit) -> EcomRoute | None:
    try:
        return EcomRoute.of(visit.stores.hub, visit.tenant.id)
    except NoRoute:
        return None


def _page(
    visit: Visit,
    there: accounts.There = accounts.NOT_ASKED,
    *,
    wrong: Sequence[Finding] = (),
    problem: str = "",
    saved: str = "",
) -> Response:
    found = _route(visit)
    if found is None:
        return visit.page("accounts_none.html", tenant=visit.tenant)
    rows = list(found.table.values())
    missing = accounts.suggested(found, there)[:ROWS]
    return visit.page(
        "accounts.html",
        status=STATUSES.get(problem, 409 if wrong or problem else 200),
        tenant=visit.tenant,
        rows=rows[:ROWS],
        more=len(rows) - ROWS,
        wrong=wrong,
        problem=problem,
        saved=saved if saved in {SAVED, TRIED} else "",
        findings=accounts.check(found, rows, there)[:ROWS],
        missing=missing,
        is_takeable=any(one.row.is_whole for one in missing),
        statuses=accounts.statuses(there),
    )
