"""The page that a consent link opens, without an account, and where the vendor leads back to.

Opening it starts and uses up nothing, so that a mail scanner does no harm. Its button, a form,
opens a new window, which is led to the vendor; the first window asks how that ended. Of a system
that is connected by a key it has fields for that in place of the button.

Source:
    R-SEN-2, R-SEN-6, R-SEN-7, R-SEN-19 to R-SEN-24, R-SEN-P3.
"""

from __future__ import annotations

import secrets
from typing import Final

from pydantic import SecretStr
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from blocks.hub.consent_states import (
    ConsentState,
    ConsentTaken,
    ForeignAnswer,
    LinkEnded,
    UnknownLink,
)
from blocks.hub.consents import CLICK_LIFE
from blocks.systems.redirect import NothingReturned
from blocks.systems.registry import SYSTEMS
from flows.portal.guard import cookie_name, set_cookie
from flows.portal.routes import (
    CREDENTIAL,
    LANGUAGE,
    LINK_SECRET,
    PUBLIC,
    TEXT,
    TOKEN,
    WORD,
    Kind,
    route,
)
from flows.portal.visit import Unfit, Visit, not_found
from tasks import consent
from tasks.consent import EntryIncomplete

BROWSER: Final = "tasma_consent"
ENDED: Final = frozenset({ConsentState.CONNECTED, ConsentState.EXPIRED, ConsentState.REVOKED})
"""States after which the first window asks no more."""

CODE: Final = Kind("code", TEXT.pattern, is_secret=True)


@route(
    "GET",
    "/consent/{secret}",
    who=PUBLIC,
    takes={"secret": LINK_SECRET, "language": LANGUAGE},
    limited="links",
)
def consent_page(visit: Visit) -> Response:
    """Explain what is asked for and by whom (R-SEN-19)."""
    try:
        found = consent.look(visit.stores.hub, SecretStr(visit["secret"]))
    except UnknownLink:
        return visit.page("consent_gone.html", status=404)
    return visit.page(
        "consent.html",
        found=found,
        outcome=found.outcome,
        secret=visit["secret"],
        is_over=found.outcome.state in ENDED,
    )


@route("POST", "/consent/{secret}", who=PUBLIC, takes={"secret": LINK_SECRET}, limited="links")
async def give_permission(visit: Visit) -> Response:
    """Lead the new window to the vendor's login (R-SEN-20)."""
    kept = visit.request.cookies.get(cookie_name(visit.portal, BROWSER), "")
    browser = kept if TOKEN.pattern.fullmatch(kept) else secrets.token_urlsafe(32)
    try:
        begun = await consent.begin(
            visit.stores.hub, SecretStr(visit["secret"]), browser=SecretStr(browser)
        )
    except (UnknownLink, LinkEnded):
        return visit.page("consent_gone.html", status=404)
    response = visit.page("consent_leaving.html", address=begun.address)
    life_s = int(CLICK_LIFE.total_seconds())
    set_cookie(visit.portal, response, BROWSER, browser, max_age=life_s)
    return response


@route(
    "POST",
    "/consent/{secret}/keys",
    who=PUBLIC,
    takes={"secret": LINK_SECRET, "user": CREDENTIAL, "key": CREDENTIAL, "own": WORD},
    limited="links",
)
async def enter_keys(visit: Visit) -> Response:
    """Try what was entered, and connect by it; the page then tells what came of it (R-SEN-P3).

    Where a system does not say whose a key is, whoever enters it has to.
    """
    hub, secret = visit.stores.hub, SecretStr(visit["secret"])
    try:
        found = await run_in_threadpool(consent.look, hub, secret)
        if not found.names_company and not visit.get("own"):
            raise Unfit(400)
        entered = {field.name: SecretStr(visit.get(field.name).strip()) for field in found.entered}
        outcome = await consent.enter(hub, secret, entered)
    except (UnknownLink, LinkEnded):
        return visit.page("consent_gone.html", status=404)
    except EntryIncomplete:
        raise Unfit(400) from None
    visit.note(f"{found.link.tenant}: {found.link.system}: link {found.link.id}: {outcome.state}")
    return visit.to("consent_page", secret=visit["secret"])


@route(
    "GET", "/consent/{secret}/outcome", who=PUBLIC, takes={"secret": LINK_SECRET}, limited="polls"
)
def consent_outcome(visit: Visit) -> Response:
    """Tell the first window how it stands."""
    try:
        found = consent.poll(visit.stores.hub, SecretStr(visit["secret"]))
    except UnknownLink:
        raise not_found() from None
    return visit.page(
        "consent_outcome.html",
        outcome=found,
        secret=visit["secret"],
        is_over=found.state in ENDED,
    )


@route(
    "GET",
    "/{system}/callback",
    who=PUBLIC,
    takes={
        "system": WORD,
        "state": CODE,
        "code": CODE,
        "error": TEXT,
        "error_description": TEXT,
    },
    limited="links",
)
async def consent_callback(visit: Visit) -> Response:
    """Connect by what the vendor sent the new window back with (R-SEN-21 to R-SEN-24).

    The state is worth nothing without the cookie of the browser that clicked.
    """
    if visit["system"] not in SYSTEMS:
        raise not_found()
    browser = visit.request.cookies.get(cookie_name(visit.portal, BROWSER), "")
    names = ("code", "error", "error_description")
    audit = visit.stores.hub.portal_audit
    act = await run_in_threadpool(audit.begin, "consent_callback", address=visit.address)
    try:
        found = await consent.finish(
            visit.stores.hub,
            SecretStr(visit.get("state")),
            browser=SecretStr(browser),
            answer={name: visit.get(name) for name in names},
        )
    except (NothingReturned, ForeignAnswer, LinkEnded, UnknownLink, ConsentTaken) as problem:
        await run_in_threadpool(audit.finish, act, status=409, detail=problem.code)
        return visit.page("consent_foreign.html", status=409, problem=problem.code)
    await run_in_threadpool(audit.finish, act, status=200, detail=found.state.value)
    return visit.page("consent_back.html", outcome=found)
