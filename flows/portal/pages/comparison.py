"""The books beside the customer's statements of a year: what differs, and every row.

Source:
    R-FIN-11 to R-FIN-13, R-FIN-P6.
"""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from flows.portal.routes import ANYONE, YEAR, route
from flows.portal.visit import Visit, not_found
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.books import published_years
from tasks.customer_statements import (
    compared_years,
    comparison_basis,
    comparison_of,
    held_comparison,
    look_at_published,
)

ROWS: Final = 500
"""Rows of one statement on the page; `tasma statements compare --json` has them all."""


@route("GET", "/companies/{tenant}/comparison", who=ANYONE, takes={"year": YEAR})
def comparison(visit: Visit) -> Response:
    """Show how a year stands beside its statements; the latest of which one came unless named."""
    stores, tenant = visit.stores, visit.tenant
    years = compared_years(stores.hub, tenant.id)
    year = _named(visit, years) if visit.get("year") else next(iter(years), None)
    found = None
    if year and year in years:
        unit = Unit(tenant.id, year)
        found = visit.portal.remembered.of(
            (visit.route.name, tenant.id, year),
            comparison_basis(stores, unit),
            lambda: comparison_of(stores, unit, compare=look_at_published),
        )
    results, lines = found or ([], [])
    return visit.page(
        "comparison.html",
        tenant=tenant,
        years=years,
        year=year,
        statements=stores.hub.customer_statements.of_year(tenant.id, year) if year else {},
        is_held=bool(year and held_comparison(stores.hub, Unit(tenant.id, year))),
        results={result.control.removeprefix("customer_"): result for result in results},
        lines=lines,
        most=ROWS,
    )


def _named(visit: Visit, compared: list[FiscalYear]) -> FiscalYear:
    """Return the year that is named, if it is published or a statement of it came.

    Raises:
        Unfit: It is not the company's.
    """
    known = {*compared, *published_years(visit.stores, visit.tenant.id)}
    year = next((item for item in known if item.key == visit["year"]), None)
    if year is None:
        raise not_found()
    return year
