"""What stands before every page: where a request comes from, who asks, and whether it may.

In this order: how often (429), from which site (403), who (sign in), which tenant (404), which role
(403), the form's token (403), what was sent (404 for an id, 400 for the rest). Only then does a
page begin; an act is in the audit log before it does.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import inspect
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from blocks.hub import Tenant
from blocks.hub.portal_users import User
from flows.portal.errors import error_page
from flows.portal.limits import asker_of
from flows.portal.portal import Portal
from flows.portal.routes import PLACE, TENANT, Route, path_of
from flows.portal.texts import LANGUAGES, chosen_language
from flows.portal.visit import Unfit, Visit, csrf_of

MAX_FORM_BYTES: Final = 65_536
MAX_FIELDS: Final = 500
MAX_FORM_WAIT_S: Final = 20.0
"""How long a form may take to come; files of whoever is signed in take as long as they take."""
TOO_SLOW: Final = 408
SESSION: Final = "tasma_session"
VISITOR: Final = "tasma_visitor"
LANGUAGE: Final = "tasma_language"
A_YEAR_S: Final = 31_536_000
FORM_FIELD: Final = "csrf"
FORM_HEADER: Final = "x-csrf-token"


def cookie_name(portal: Portal, name: str) -> str:
    """Return a cookie's name; with TLS one that no other host of the domain can set."""
    return f"__Host-{name}" if portal.settings.is_https else name


def set_cookie(portal: Portal, response: Response, name: str, value: str, **more: Any) -> None:
    """Set a cookie that scripts do not see and that other sites' forms do not bring."""
    response.set_cookie(
        cookie_name(portal, name),
        value,
        secure=portal.settings.is_https,
        httponly=True,
        samesite="lax",
        **more,
    )


def keep_language(portal: Portal, response: Response, language: str) -> None:
    """Have the browser remember the language that its reader chose."""
    set_cookie(portal, response, LANGUAGE, language, max_age=A_YEAR_S)


async def answer(request: Request, route: Route, portal: Portal) -> Response:
    """Answer a request: by its page when it may, by an error page otherwise."""
    visit = _visit(request, route, portal)
    try:
        if elsewhere := _elsewhere(request, route, portal):
            return elsewhere
        _check_pace(visit)
        sent = await _sent(request, route, portal)
        response = await run_in_threadpool(_admit, visit, sent)
        if response is None:
            response = await _carry_out(visit)
    except Unfit as problem:
        response = error_page(visit, problem)
        if problem.status == TOO_SLOW:  # else the rest could go on coming, as slowly
            response.headers["connection"] = "close"
    _keep_visitor(visit, response)
    if visit.is_language_chosen:
        keep_language(portal, response, visit.language)
    return response


def _visit(request: Request, route: Route, portal: Portal) -> Visit:
    cookies = request.cookies
    known = cookies.get(cookie_name(portal, LANGUAGE), "")
    language = (
        known if known in LANGUAGES else chosen_language(request.headers.get("accept-language", ""))
    )
    secret = cookies.get(cookie_name(portal, SESSION)) or cookies.get(cookie_name(portal, VISITOR))
    return Visit(request, portal, route, language, secret or secrets.token_urlsafe(24))


def _elsewhere(request: Request, route: Route, portal: Portal) -> Response | None:
    """Lead whoever came by another name of this host to the public address, by its setting."""
    is_here = request.headers.get("host") == portal.settings.netloc
    if is_here or route.method == "POST" or route.name == "health":
        return None
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(portal.settings.public_address + request.url.path + query, 307)


def _check_pace(visit: Visit) -> None:
    limited = visit.route.limited
    if limited and not visit.portal.limiter.allows(limited, asker_of(visit.address)):
        raise Unfit(429)


async def _sent(request: Request, route: Route, portal: Portal) -> Mapping[str, Sequence[str]]:
    """Return what was sent beside the path: the query of a GET, the form of a POST."""
    if route.method == "GET":
        return _parsed(request.url.query)
    _check_origin(request, portal)
    if route.is_upload:
        return _parsed(request.url.query)
    return _parsed((await _body(request)).decode("utf-8", errors="replace"))


def _check_origin(request: Request, portal: Portal) -> None:
    """Refuse what a page of another site sends; whoever says nothing of it is refused too."""
    origin = request.headers.get("origin")
    if origin is None:
        if request.headers.get("sec-fetch-site") != "same-origin":
            raise Unfit(403, "other_site")
        return
    if origin != _origin_of(portal.settings.public_address):
        raise Unfit(403, "other_site")


def _origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


async def _body(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind not in {"application/x-www-form-urlencoded", ""}:
        raise Unfit(415)
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > MAX_FORM_BYTES:
        raise Unfit(413)
    try:
        async with asyncio.timeout(MAX_FORM_WAIT_S):
            return await _read(request)
    except TimeoutError:
        raise Unfit(TOO_SLOW) from None


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise Unfit(413)
    return bytes(body)


def _parsed(text: str) -> Mapping[str, Sequence[str]]:
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        raise Unfit(400) from None


def _admit(visit: Visit, sent: Mapping[str, Sequence[str]]) -> Response | None:
    """Find out who asks about which tenant, and refuse what may not be; None lets it in."""
    route = visit.route
    visit.user = _user(visit)
    if visit.user and visit.user.language:
        visit.language = visit.user.language
    if route.who and visit.user is None:
        return _to_sign_in(visit, sent)
    if route.is_of_tenant and visit.user:
        visit.known_tenant = _tenant(visit, visit.user)
    if route.who and visit.user and visit.user.role not in route.who:
        raise Unfit(403)
    if route.method == "POST":
        _check_token(visit, sent)
    visit.values = _taken(visit, sent)
    if visit.is_language_chosen:
        visit.language = visit["language"]
    return None


def _user(visit: Visit) -> User | None:
    token = visit.request.cookies.get(cookie_name(visit.portal, SESSION), "")
    return visit.stores.hub.portal_sessions.user_of(token) if token else None


def _tenant(visit: Visit, user: User) -> Tenant:
    name = visit.request.path_params["tenant"]
    found = None
    if TENANT.pattern.fullmatch(name):
        found = visit.stores.hub.portal_users.tenant_of(user, name)
    if found is None:
        raise Unfit(404)
    return found


def _to_sign_in(visit: Visit, sent: Mapping[str, Sequence[str]]) -> Response:
    if visit.is_fragment:  # a page that polls: htmx leads the whole window there
        sign_in = path_of("sign_in_form", to=_polled_on(visit))
        return Response(status_code=401, headers={"hx-redirect": sign_in})
    with contextlib.suppress(Unfit):  # what does not fit is refused once they are signed in
        visit.values = _taken(visit, sent)
    lost = {"unsent": "yes"} if visit.route.method == "POST" else {}
    return RedirectResponse(path_of("sign_in_form", to=visit.here, **lost), 303)


def _polled_on(visit: Visit) -> str:
    """Return the page that asks for a part of itself, by what htmx says of the window."""
    window = visit.request.headers.get("hx-current-url", "")
    address = f"{_origin_of(visit.portal.settings.public_address)}/"
    place = f"/{window.removeprefix(address)}" if window.startswith(address) else ""
    return place if PLACE.pattern.fullmatch(place) else ""


def _check_token(visit: Visit, sent: Mapping[str, Sequence[str]]) -> None:
    found = visit.request.headers.get(FORM_HEADER) or next(iter(sent.get(FORM_FIELD, ())), "")
    if not hmac.compare_digest(found.encode(), csrf_of(visit.secret).encode()):
        raise Unfit(403, "old_form")


def _taken(visit: Visit, sent: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Return what the route takes of what was sent; each must fit its kind."""
    taken: dict[str, Sequence[str]] = {}
    for name, kind in visit.route.takes.items():
        if name in visit.route.in_path:
            values: Sequence[str] = [visit.request.path_params[name]]
        else:
            values = [value for value in sent.get(name, ()) if value]
        if not all(kind.pattern.fullmatch(value) for value in values):
            raise Unfit(404 if kind.is_id else 400)
        if values:
            taken[name] = values
    return taken


async def _carry_out(visit: Visit) -> Response:
    if visit.route.method == "GET":
        return await _respond(visit)
    audit = visit.stores.hub.portal_audit
    tenant = visit.known_tenant.id if visit.known_tenant else ""
    act = await run_in_threadpool(
        audit.begin, visit.route.name, who=visit.who, tenant=tenant, address=visit.address
    )
    response = await _respond(visit)
    await run_in_threadpool(
        audit.finish,
        act,
        status=response.status_code,
        who=visit.proven,
        detail="; ".join(visit.notes),
    )
    return response


async def _respond(visit: Visit) -> Response:
    """Run the page: a coroutine here, any other in a thread, since it reads files."""
    page: Any = visit.route.page
    try:
        if inspect.iscoroutinefunction(page):
            found: Response = await page(visit)
        else:
            found = await run_in_threadpool(page, visit)
    except Exception as problem:  # noqa: BLE001 - logged there; the browser is told no more
        return error_page(visit, problem)
    return found


def _keep_visitor(visit: Visit, response: Response) -> None:
    """Give a visitor without a session what forms are bound to.

    Not with what caches keep: they would hand one visitor's cookie to everybody.
    """
    cookies = visit.request.cookies
    is_shared = response.headers.get("cache-control", "").startswith("public")
    if is_shared or cookie_name(visit.portal, SESSION) in cookies:
        return
    if cookies.get(cookie_name(visit.portal, VISITOR)) != visit.secret:
        set_cookie(visit.portal, response, VISITOR, visit.secret)
