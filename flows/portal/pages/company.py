"""A company's page: a light for each of its integrations, and what was read in of each year."""

from __future__ import annotations

from starlette.responses import Response

from flows.portal.routes import ANYONE, route
from flows.portal.visit import Visit
from tasks.ledger_sources import year_sources
from tasks.lights import lights


@route("GET", "/companies/{tenant}", who=ANYONE)
def company(visit: Visit) -> Response:
    """Show "Read in data" (R-SEN-17, -25)."""
    hub, tenant = visit.stores.hub, visit.tenant
    return visit.page(
        "company.html",
        tenant=tenant,
        lights=lights(hub, tenant),
        years=list(reversed(year_sources(hub, tenant.id))),
    )


@route("GET", "/companies/{tenant}/lights", who=ANYONE)
def company_lights(visit: Visit) -> Response:
    """Show the lights alone, for a page that waits for one to change."""
    tenant = visit.tenant
    return visit.page("lights.html", tenant=tenant, lights=lights(visit.stores.hub, tenant))
