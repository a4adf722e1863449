"""The reader's language."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from flows.portal.guard import keep_language
from flows.portal.routes import LANGUAGE, PLACE, PUBLIC, path_of, route
from flows.portal.visit import Visit


@route("POST", "/language", who=PUBLIC, takes={"language": LANGUAGE, "to": PLACE}, limited="links")
def choose_language(visit: Visit) -> Response:
    """Remember the language, with the person who is signed in or in the browser."""
    if visit.user:
        visit.stores.hub.portal_users.set_language(visit.user, visit["language"])
    response = RedirectResponse(visit.get("to") or path_of("companies"), 303)
    keep_language(visit.portal, response, visit["language"])
    return response
