"""Activating an integration: the link that a company's administrator approves by.

Source:
    R-SEN-1, R-SEN-17, R-SEN-18, R-SEN-22.
"""

from __future__ import annotations

from starlette.responses import Response

from blocks.hub.claims import NumberTaken
from blocks.hub.consent_states import NoOrganisationNumber, TooManyLinks
from blocks.systems.registry import SYSTEMS
from flows.portal.routes import ANYONE, LINK, NUMBER, OPERATOR, TEXT, WORD, route
from flows.portal.visit import Unfit, Visit, not_found
from tasks import consent
from tasks.consent import HasOtherBooks, NothingToConfirm, ReasonMissing


@route("GET", "/companies/{tenant}/links", who=ANYONE, takes={"system": WORD})
def links(visit: Visit) -> Response:
    """Offer to make a link, and list those that there are."""
    return _page(visit)


@route(
    "POST",
    "/companies/{tenant}/links",
    who=ANYONE,
    takes={"system": WORD, "documents": WORD},
)
def activate(visit: Visit) -> Response:
    """Make a link and show it, once: of its secret nothing is kept but the hash."""
    name = _system(visit)
    has_documents = "documents" in SYSTEMS[name].offers
    wants = {"documents": bool(visit.get("documents"))} if has_documents else {}
    try:
        made = consent.make_link(visit.stores.hub, visit.tenant.id, name, by=visit.who, wants=wants)
    except (NoOrganisationNumber, TooManyLinks) as problem:
        visit.note(problem.code)
        return _page(visit, problem=problem.code, status=409)
    visit.note(f"{name}: link {made.link.id}")
    days = (made.link.expires_at - made.link.made_at).days
    return _page(visit, address=made.address, days=days)


@route(
    "POST",
    "/companies/{tenant}/links/{link}/revoke",
    who=ANYONE,
    takes={"link": LINK},
    back="links",
)
def revoke_link(visit: Visit) -> Response:
    """End a link."""
    tenant = visit.tenant.id
    known = {item.id: item for item in visit.stores.hub.consents.of_tenant(tenant)}
    if visit["link"] not in known:
        raise not_found()
    consent.revoke(visit.stores.hub, tenant, visit["link"], by=visit.who)
    visit.note(f"link {visit['link']}")
    return visit.to("links", tenant=tenant, system=known[visit["link"]].system)


@route(
    "POST",
    "/companies/{tenant}/company-number",
    who=OPERATOR,
    takes={"number": NUMBER, "reason": TEXT, "system": WORD},
    back="links",
)
def confirm_company(visit: Visit) -> Response:
    """Say that the company which was picked is the tenant's after all (R-SEN-22)."""
    try:
        consent.confirm_company(
            visit.stores.hub,
            visit.tenant.id,
            visit.get("number"),
            by=visit.who,
            reason=visit.get("reason"),
        )
    except (NothingToConfirm, HasOtherBooks, NumberTaken, ReasonMissing) as problem:
        visit.note(problem.code)
        return _page(visit, problem=problem.code, status=409)
    visit.note(f"number {visit.get('number')}: {visit.get('reason')}")
    return visit.to("links", tenant=visit.tenant.id)


def _system(visit: Visit) -> str:
    name = visit.get("system")
    if name not in SYSTEMS or not SYSTEMS[name].connecting.has_page:
        raise Unfit(400)
    return name


def _page(
    visit: Visit, *, address: str = "", days: int = 0, problem: str = "", status: int = 200
) -> Response:
    hub, tenant = visit.stores.hub, visit.tenant
    known = {item.system for item in hub.connections.all_of(tenant.id)}
    offered = [
        found
        for name, found in SYSTEMS.items()
        if found.connecting.has_page and (name in known or tenant.country in found.countries)
    ]
    return visit.page(
        "links.html",
        status=status,
        tenant=tenant,
        offered=offered,
        titles={name: found.title for name, found in SYSTEMS.items()},
        address=address,
        days=days,
        problem=visit.t(f"links.problem_{problem}") if problem else "",
        links=[(item, consent.outcome_of(hub, item)) for item in hub.consents.of_tenant(tenant.id)],
    )
