"""A company's page: a light for each of its integrations, and what was read in of each year."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from flows.portal.pages.syncing import ended_parts, watched
from flows.portal.routes import ANYONE, RUN, route
from flows.portal.runs import Watched
from flows.portal.visit import Visit
from tasks.lights import lights


@route("GET", "/companies/{tenant}", who=ANYONE, takes={"run": RUN})
async def company(visit: Visit) -> Response:
    """Show "Read in data" (R-SEN-17, -25, -29, -32), and the runs that were just started."""
    return await run_in_threadpool(_company, visit, await watched(visit, visit.every("run")))


@route("GET", "/companies/{tenant}/lights", who=ANYONE)
def company_lights(visit: Visit) -> Response:
    """Show the lights alone, for a page that waits for one to change."""
    tenant = visit.tenant
    found = lights(visit.stores.hub, tenant)
    return visit.page("lights.html", tenant=tenant, lights=found, is_poll=False)


def _company(visit: Visit, runs: list[Watched]) -> Response:
    hub, tenant = visit.stores.hub, visit.tenant
    return visit.page(
        "company.html",
        tenant=tenant,
        runs=runs,
        is_poll=False,
        **ended_parts(hub, tenant),
    )
