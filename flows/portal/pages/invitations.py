"""The link by which somebody who was invited, or whose password was reset, sets a password."""

from __future__ import annotations

from starlette.responses import Response

from flows.portal.guard import LANGUAGE as CHOSEN_LANGUAGE
from flows.portal.guard import SESSION, cookie_name, set_cookie
from flows.portal.routes import LANGUAGE, LINK_SECRET, PASSWORD, PUBLIC, TEXT, route
from flows.portal.visit import Visit, not_found
from tasks.people import MIN_PASSWORD_CHARS, PasswordUnfit, take_invitation


@route(
    "GET",
    "/invitation/{token}",
    who=PUBLIC,
    takes={"token": LINK_SECRET, "language": LANGUAGE},
    limited="links",
)
def invitation(visit: Visit) -> Response:
    """Ask for a password; opening the link spends nothing."""
    return _form(visit)


@route(
    "POST",
    "/invitation/{token}",
    who=PUBLIC,
    takes={"token": LINK_SECRET, "password": PASSWORD, "again": PASSWORD, "name": TEXT},
    limited="links",
)
def take(visit: Visit) -> Response:
    """Set the password, spend the link and begin a session."""
    if visit.get("password") != visit.get("again"):
        return _form(visit, problem="differ")
    try:
        found = take_invitation(
            visit.stores.hub,
            visit.portal.passwords,
            visit["token"],
            password=visit.get("password"),
            name=visit.get("name"),
        )
    except PasswordUnfit:
        return _form(visit, problem="unfit")
    if found is None:
        raise not_found()
    user, token = found
    visit.proven = user.email
    if visit.request.cookies.get(cookie_name(visit.portal, CHOSEN_LANGUAGE)):
        visit.stores.hub.portal_users.set_language(user, visit.language)
    response = visit.to("companies")
    set_cookie(visit.portal, response, SESSION, token)
    return response


def _form(visit: Visit, *, problem: str = "") -> Response:
    user = visit.stores.hub.portal_users.invited(visit["token"])
    if user is None:
        return visit.page("invitation_gone.html", status=404)
    return visit.page(
        "invitation.html",
        status=422 if problem else 200,
        invited=user,
        name=visit.get("name") if problem else user.name,
        token=visit["token"],
        min_chars=MIN_PASSWORD_CHARS,
        problem=visit.t(f"invitation.{problem}", count=MIN_PASSWORD_CHARS) if problem else "",
    )
