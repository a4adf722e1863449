"""A company's published books: statements, and the way down to account, voucher and document."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import TypeVar

from starlette.responses import Response

from flows.portal.routes import ACCOUNT, ANYONE, MONTH, NUMBER, VOUCHER, WORD, YEAR, route
from flows.portal.visit import Visit, not_found
from ledger.fiscal_year import FiscalYear
from tasks.books import (
    STATEMENTS,
    account_page,
    find_voucher,
    line_accounts,
    months_of,
    published_years,
    year_changes,
    year_statements,
)
from tasks.opened_documents import documents_of_voucher
from tasks.stores import Stores

T = TypeVar("T")


@route("GET", "/companies/{tenant}/books", who=ANYONE, takes={"year": YEAR, "month": MONTH})
def books(visit: Visit) -> Response:
    """Show a year's two statements, or a month's of it; the latest year unless one is named."""
    years = published_years(visit.stores, visit.tenant.id)
    if not years and not visit.get("year"):
        return visit.page("books_none.html", tenant=visit.tenant)
    year = _year(visit, years) if visit.get("year") else years[0]
    months = months_of(year)
    month = next((day for day in months if f"{day:%Y-%m}" == visit.get("month")), None)
    if visit.get("month") and month is None:
        raise not_found()
    return visit.page(
        "books.html",
        tenant=visit.tenant,
        years=years,
        year=year,
        months=months,
        month=month,
        found=_of_books(visit, partial(year_statements, month=month), year, month),
    )


@route(
    "GET",
    "/companies/{tenant}/books/line",
    who=ANYONE,
    takes={"year": YEAR, "statement": WORD, "line": WORD},
)
def statement_line(visit: Visit) -> Response:
    """Show the accounts that a line is made of."""
    year = named_year(visit)
    if visit["statement"] not in STATEMENTS:
        raise not_found()
    name, line = visit["statement"], visit["line"]
    accounts = _of_books(visit, partial(line_accounts, statement=name, line=line), year, name, line)
    return visit.page(
        "books_line.html",
        tenant=visit.tenant,
        year=year,
        statement=visit["statement"],
        accounts=accounts,
    )


@route(
    "GET",
    "/companies/{tenant}/books/account",
    who=ANYONE,
    takes={"year": YEAR, "account": ACCOUNT, "first": NUMBER},
)
def ledger_account(visit: Visit) -> Response:
    """Show the rows of an account, with its balance after each."""
    year = named_year(visit)
    first, account = int(visit.get("first", "0")), visit["account"]
    asked = partial(account_page, account=account, first=first)
    found = _of_books(visit, asked, year, account, first)
    return visit.page(
        "books_account.html",
        tenant=visit.tenant,
        year=year,
        account=account,
        first=first,
        found=found,
    )


@route(
    "GET",
    "/companies/{tenant}/books/voucher",
    who=ANYONE,
    takes={"year": YEAR, "voucher": VOUCHER},
)
def voucher(visit: Visit) -> Response:
    """Show a voucher's rows, and the documents that the source connects to it (R-SEN-10)."""
    year = named_year(visit)
    found = find_voucher(visit.stores, visit.tenant.id, year, visit["voucher"])
    if found is None:
        raise not_found()
    files = documents_of_voucher(visit.stores, visit.tenant.id, year, found.key)
    return visit.page(
        "books_voucher.html", tenant=visit.tenant, year=year, voucher=found, documents=files
    )


@route("GET", "/companies/{tenant}/books/changes", who=ANYONE, takes={"year": YEAR})
def changes(visit: Visit) -> Response:
    """Show what the loads of a year changed, the latest first: "what changed last night"."""
    year = named_year(visit)
    found = _of_books(visit, year_changes, year)
    return visit.page("books_changes.html", tenant=visit.tenant, year=year, found=found)


def named_year(visit: Visit) -> FiscalYear:
    """Return the published year that is asked for.

    Raises:
        Unfit: None is named, or it is not published.
    """
    visit["year"]  # 404 without it
    return _year(visit, published_years(visit.stores, visit.tenant.id))


def _of_books(
    visit: Visit, ask: Callable[[Stores, str, FiscalYear], T], year: FiscalYear, *asked: Hashable
) -> T:
    """Return an answer about the published books, made anew only once they were replaced.

    `asked`: what else the answer depends on.
    """
    stores, tenant = visit.stores, visit.tenant.id
    key = (visit.route.name, tenant, year, *asked)
    basis = stores.warehouse.version(tenant)
    return visit.portal.remembered.of(key, basis, lambda: ask(stores, tenant, year))


def _year(visit: Visit, published: list[FiscalYear]) -> FiscalYear:
    """Return the year that is asked for, if it is published.

    Raises:
        Unfit: It is not.
    """
    found = next((year for year in published if year.key == visit["year"]), None)
    if found is None:
        raise not_found()
    return found
