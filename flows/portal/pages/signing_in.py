"""Signing in and out."""

from __future__ import annotations

from typing import Final

from starlette.responses import RedirectResponse, Response

from flows.portal.guard import SESSION, cookie_name, set_cookie
from flows.portal.routes import ANYONE, PASSWORD, PLACE, PUBLIC, TEXT, WORD, path_of, route
from flows.portal.visit import Visit
from tasks.people import sign_in

TOO_MANY: Final = 429


@route("GET", "/sign-in", who=PUBLIC, takes={"to": PLACE, "unsent": WORD})
def sign_in_form(visit: Visit) -> Response:
    """Ask for address and password, of who sent something after the end of a session too."""
    unsent = visit.get("unsent")
    return visit.page("sign_in.html", to=visit.get("to"), email="", problem="", unsent=unsent)


@route(
    "POST",
    "/sign-in",
    who=PUBLIC,
    takes={"email": TEXT, "password": PASSWORD, "to": PLACE},
    limited="sign-in",
)
def sign_in_act(visit: Visit) -> Response:
    """Begin a session, or say that address or password is wrong."""
    email = visit.get("email").strip().lower()
    visit.note(email)
    if not visit.portal.limiter.allows("account", email):
        return _refused(visit, email, "sign_in.too_often", status=TOO_MANY)
    found = sign_in(
        visit.stores.hub, visit.portal.passwords, email=email, password=visit.get("password")
    )
    if found is None:
        return _refused(visit, email, "sign_in.wrong", status=403)
    visit.portal.limiter.give_back("account", email)
    user, token = found
    visit.proven = user.email
    response = RedirectResponse(visit.get("to") or path_of("companies"), 303)
    set_cookie(visit.portal, response, SESSION, token)
    return response


@route("POST", "/sign-out", who=ANYONE)
def sign_out(visit: Visit) -> Response:
    """End the session."""
    visit.stores.hub.portal_sessions.end(visit.secret)
    response = visit.to("sign_in_form")
    response.delete_cookie(
        cookie_name(visit.portal, SESSION), secure=visit.portal.settings.is_https
    )
    return response


def _refused(visit: Visit, email: str, problem: str, *, status: int) -> Response:
    return visit.page(
        "sign_in.html",
        status=status,
        to=visit.get("to"),
        email=email,
        problem=visit.t(problem),
        unsent="",
    )
