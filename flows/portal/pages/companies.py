"""The companies that are open to whoever asks."""

from __future__ import annotations

from typing import Final

from starlette.responses import RedirectResponse, Response

from flows.portal.routes import ANYONE, TEXT, WORD, path_of, route
from flows.portal.visit import Visit
from tasks.overview import lights_of

PAGE_SIZE: Final = 50


@route("GET", "/", who=ANYONE)
def home(visit: Visit) -> Response:
    """Lead to the list."""
    return visit.to("companies")


@route("GET", "/companies", who=ANYONE, takes={"find": TEXT, "after": WORD})
def companies(visit: Visit) -> Response:
    """List them with a light for each, or lead to the only one."""
    users, find, after = visit.stores.hub.portal_users, visit.get("find"), visit.get("after")
    assert visit.user is not None  # noqa: S101 - ANYONE is whoever is signed in
    found = users.tenants_of(visit.user, containing=find, after=after, limit=PAGE_SIZE + 1)
    if len(found) == 1 and not find and not after:
        return RedirectResponse(path_of("company", tenant=found[0].id), 303)
    shown = found[:PAGE_SIZE]
    return visit.page(
        "companies.html",
        found=shown,
        lights=lights_of(visit.stores.hub, [tenant.id for tenant in shown]),
        find=find,
        next_after=found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else "",
    )
