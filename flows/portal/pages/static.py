"""Files that are served as they are, and the answer for whoever watches the process."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from starlette.responses import PlainTextResponse, Response

from flows.portal.portal import STATIC
from flows.portal.routes import PUBLIC, WORD, route
from flows.portal.visit import Visit, not_found

TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
A_YEAR: Final = "public, max-age=31536000, immutable"


@route("GET", "/static/{name}", who=PUBLIC, takes={"name": WORD, "v": WORD})
def static_file(visit: Visit) -> Response:
    """Serve one file; its address changes with its content."""
    content = STATIC.get(visit["name"])
    if content is None:
        raise not_found()
    kind = TYPES[PurePosixPath(visit["name"]).suffix]
    return Response(content, headers={"content-type": kind, "cache-control": A_YEAR})


@route("GET", "/health", who=PUBLIC)
def health(visit: Visit) -> Response:
    """Say that the process answers and its hub can be read."""
    visit.stores.hub.tenants.page(limit=1)
    return PlainTextResponse("ok")
