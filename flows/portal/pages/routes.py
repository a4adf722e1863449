"""Settings of the routes by which a company's documents go from one system to another.

Source:
    Settings of Ecom (R-ECO-9 to -16) and Spotilla (R-SPO-5), as `tasma route set` changes them.
"""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from blocks.hub.routes import NoRoute
from flows.portal.routes import ANYONE, STAFF, TEXT, WORD, route
from flows.portal.visit import Visit, not_found
from tasks.ecom.overview import remedy_of
from tasks.overview import refused_of, retried_of
from tasks.route_settings import WrongSetting
from tasks.routes import UnknownRoute, read_setting, set_values, settings_of

LISTED: Final = 50
"""Most things of a source that the page says of why they wait."""


@route("GET", "/companies/{tenant}/routes", who=ANYONE, takes={"saved": WORD})
def routes(visit: Visit) -> Response:
    """Show each route with all its settings, and which of them was just saved."""
    return _page(visit, saved=visit.get("saved"))


@route(
    "POST",
    "/companies/{tenant}/routes",
    who=STAFF,
    takes={"source": WORD, "kind": WORD, "setting": WORD, "value": TEXT},
)
def set_route(visit: Visit) -> Response:
    """Change one setting; an empty value takes it back to its default."""
    source, kind, name = visit["source"], visit["kind"], visit["setting"]
    try:
        hub, tenant = visit.stores.hub, visit.tenant.id
        asked = read_setting(hub.routes.get(tenant, source, kind), name, visit.get("value").strip())
        set_values(hub, tenant, source, kind, {name: asked}, who=visit.who)
    except (NoRoute, UnknownRoute):
        raise not_found() from None
    except WrongSetting as problem:
        return _page(visit, name=name, detail=str(problem.values["reason"]))
    except ValueError:
        return _page(visit, problem=visit.t("routes.no_value"))
    visit.note(f"{source} {kind}: {name}")
    return visit.to("routes", tenant=visit.tenant.id, saved=name)


def _page(
    visit: Visit, *, problem: str = "", name: str = "", detail: str = "", saved: str = ""
) -> Response:
    tenant = visit.tenant
    found = visit.stores.hub.routes.listed(tenant=tenant.id)
    shown = [(one, settings_of(one)) for one in found]
    names = {one.name for _, own in shown for one in own}
    return visit.page(
        "routes.html",
        status=409 if problem or detail else 200,
        tenant=tenant,
        routes=shown,
        waiting=refused_of(visit.stores.hub, tenant.id),
        retried=retried_of(visit.stores.hub, tenant.id),
        listed=LISTED,
        remedy_of=remedy_of,
        problem=problem,
        refused=name if name in names else "",
        saved=saved if saved in names else "",
        detail=detail,
    )
