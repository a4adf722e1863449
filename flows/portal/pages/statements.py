"""A customer's statement that was sent: read with what a person adds to it, then compared.

Source:
    R-FIN-11 to R-FIN-13.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from flows.portal.pages.files import sent_of
from flows.portal.pages.holds import PUBLISH
from flows.portal.routes import ANYONE, DAY, UPLOAD, WORD, path_of, route
from flows.portal.visit import Unfit, Visit
from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.statement.answers import Answers
from ledger.statement.refusals import StatementRefused
from ledger.statement.values import Kind
from ledger.unit import Unit
from tasks.customer_statements import (
    BeyondYear,
    Decisions,
    InThousands,
    NoSuchYear,
    NotDated,
    OwnFigures,
    add_statements,
    compare_published,
    is_judged_anew,
)

DECIMAL_SIGNS: Final[Mapping[str, Literal[",", "."]]] = {"comma": ",", "point": "."}
NOT_TAKEN: Final = (StatementRefused, NotDated, NoSuchYear, BeyondYear, InThousands, OwnFigures)
"""Refusals that the sender can do something about."""


@route("GET", "/companies/{tenant}/statements/sent", who=ANYONE, takes={"upload": UPLOAD})
def statement(visit: Visit) -> Response:
    """Ask for what a file may leave open."""
    return _form(visit)


@route(
    "POST",
    "/companies/{tenant}/statements/sent",
    who=ANYONE,
    takes={
        "upload": UPLOAD,
        "kind": WORD,
        "date": DAY,
        "start": DAY,
        "amounts": WORD,
        "decimal_sign": WORD,
        "unit": WORD,
    },
)
async def add_statement(visit: Visit) -> Response:
    """Take a statement, and hold it against the books: anew, where its year is held."""
    tenant = visit.tenant.id
    try:
        years = await run_in_threadpool(_taken, visit)
    except NOT_TAKEN as problem:
        visit.note(problem.code)
        return await run_in_threadpool(_form, visit, problem)
    held = await run_in_threadpool(_compared, visit, years)
    runs = [
        await visit.portal.runs.start(PUBLISH, tenant, {"fiscal_year": year.key}) for year in held
    ]
    if runs:
        query = "&".join(f"run={run_id}" for run_id in runs)
        return RedirectResponse(f"{path_of('company', tenant=tenant)}?{query}", 303)
    return visit.to("comparison", tenant=tenant, year=years[-1].key)


def _taken(visit: Visit) -> list[FiscalYear]:
    """Keep the statement; return the years that it is of, in order."""
    sent = sent_of(visit, visit["upload"])
    taken = add_statements(
        visit.stores,
        visit.tenant.id,
        sent.read_statement(),
        file_name=sent.path.name,
        decisions=Decisions(_answers(visit), accepts_unit=bool(visit.get("unit"))),
        who=visit.who,
    )
    years = sorted({item.year for item in taken.kept})
    visit.note(f"upload {sent.id}: {', '.join(year.key for year in years)}")
    return years


def _compared(visit: Visit, years: Sequence[FiscalYear]) -> list[FiscalYear]:
    """Compare what is published of the years; return those of which a hold is to be judged anew."""
    stores, tenant = visit.stores, visit.tenant.id
    held = [year for year in years if is_judged_anew(stores, Unit(tenant, year))]
    for year in years:
        if year not in held and stores.warehouse.load_record(tenant, year):
            compare_published(stores, Unit(tenant, year))
    return held


def _answers(visit: Visit) -> Answers:
    """Return what the form says of the file; nothing of what was left open.

    Raises:
        Unfit: It says what is no answer.
    """
    amounts = visit.get("amounts")
    if amounts not in {"", "month", "cumulative"}:
        raise Unfit(400)
    try:
        return Answers(
            kind=Kind(visit.get("kind")) if visit.get("kind") else None,
            date=_day(visit.get("date")),
            start=_day(visit.get("start")),
            is_cumulative=amounts == "cumulative" if amounts else None,
            decimal_sign=DECIMAL_SIGNS.get(visit.get("decimal_sign")),
        )
    except ValueError:
        raise Unfit(400) from None


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _form(visit: Visit, problem: TerminalError | None = None) -> Response:
    reason = "refused" if isinstance(problem, StatementRefused | OwnFigures) else "not_taken"
    return visit.page(
        "statement.html",
        status=409 if problem else 200,
        tenant=visit.tenant,
        sent=sent_of(visit, visit["upload"]),
        problem=visit.t(f"statements.{reason}") if problem else "",
        detail=str(problem or ""),
        given={name: visit.get(name) for name in ("kind", "date", "start", "amounts", "unit")}
        if problem
        else {},
    )
