"""The simulated Ecom over HTTP: the feed, its files, and a small admin interface for people.

::

    GET  /api/company                      who answers: {"business_id": …, "name": …}
    GET  /api/feed?after=CURSOR&limit=N    {"items": […], "cursor": …, "has_more": …}
    GET  /api/files/SHA256                 the bytes
    GET  /_simulator                       what the companies hold
    POST /_simulator/BUSINESS_ID/ACTION    {"id": "p-1", …}: approve, export, send, pay, close, …
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from simulators.ecom.company import MAX_PAGE, Company, NotAllowed, NotThere
from simulators.ecom.faults import Fault, Faults
from simulators.fortnox.connection import drop

ACTIONS: Final = (
    "purchase",
    "sale",
    "change",
    "post",
    "approve",
    "reject",
    "resubmit",
    "cancel",
    "export",
    "send",
    "submit",
    "bank_error",
    "note",
    "pay",
    "edit_payment",
    "delete_payment",
    "close",
    "reopen",
    "attach_integration",
    "detach_integration",
    "account",
)
"""What a person does there; each is a method of `Company`."""

SPOILT: Final = {"record": "event", "content": {"kind": "approved", "sequence": "none"}}


class App:
    """An ASGI application over some companies."""

    def __init__(self, companies: Mapping[str, Company]) -> None:
        self.companies = companies
        self.faults = Faults()
        self.calls: list[str] = []
        self.lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        path = request.url.path
        if path.startswith("/_simulator"):
            response = await self._admin(request, path.removeprefix("/_simulator").strip("/"))
            await response(scope, receive, send)
            return
        path = path.removeprefix("/api").strip("/")
        with self.lock:
            fault = self.faults.take(path)
            self.calls.append(path)
            response = self._answer(request, path, fault)
        if fault is Fault.LOST:
            await drop(scope, receive)
            return
        await response(scope, receive, send)

    def _answer(self, request: Request, path: str, fault: Fault | None) -> Response:
        if instead := _INSTEAD.get(fault) if fault else None:
            return instead()
        company = self._company(request)
        if company is None:
            return _refused(401, "invalid_key")
        if path == "company":
            return JSONResponse({"business_id": company.business_id, "name": company.name})
        if path == "feed":
            response: Response = _feed(company, request, fault)
        else:
            response = _file(company, path)
        if fault is Fault.CUT:
            response.body = response.body[: len(response.body) // 2]
        return response

    def _company(self, request: Request) -> Company | None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        return next((one for one in self.companies.values() if one.key == key), None)

    async def _admin(self, request: Request, path: str) -> Response:
        if request.method == "GET" and not path:
            return JSONResponse({name: _shown(one) for name, one in self.companies.items()})
        business_id, _, action = path.partition("/")
        company = self.companies.get(business_id)
        if request.method != "POST" or company is None or action not in ACTIONS:
            return _refused(
                404, f"POST /_simulator/BUSINESS_ID/ACTION; one of {', '.join(ACTIONS)}"
            )
        given = await request.json() if await request.body() else {}
        with self.lock:
            try:
                _act(company, action, dict(given))
            except NotThere as absent:
                return _refused(404, f"there is no {absent}")
            except (NotAllowed, TypeError) as problem:
                return _refused(400, str(problem))
        return JSONResponse({"feed": len(company.feed)})


def _act(company: Company, action: str, given: dict[str, Any]) -> None:
    names = [given.pop(name) for name in ("id", "payment", "period", "name") if name in given]
    getattr(company, action)(*names, **given)


def _feed(company: Company, request: Request, fault: Fault | None) -> JSONResponse:
    after = request.query_params.get("after", "") or "0"
    limit = request.query_params.get("limit", str(MAX_PAGE))
    if not after.isdigit() or not limit.isdigit():
        return _refused(400, "invalid_cursor")
    items, cursor, has_more = company.page(int(after), int(limit))
    if fault is Fault.REPEATED:
        items = [*items, *items]
    if fault is Fault.SHUFFLED:
        items = random.Random(len(items)).sample(items, len(items))
    if fault is Fault.SPOILT:
        items = [*items, SPOILT]
    return JSONResponse({"items": items, "cursor": str(cursor), "has_more": has_more})


def _file(company: Company, path: str) -> Response:
    content = company.files.get(path.removeprefix("files/"))
    if content is None:
        return _refused(404, "not_found")
    return Response(content, media_type="application/octet-stream")


def _shown(company: Company) -> dict[str, Any]:
    return {
        "name": company.name,
        "documents": {name: len(found) for name, found in company.documents.items()},
        "feed": len(company.feed),
    }


def _refused(status: int, error: str) -> JSONResponse:
    return JSONResponse({"error": error}, status)


_INSTEAD: Final[dict[Fault, Callable[[], Response]]] = {
    Fault.BUSY: lambda: JSONResponse({"error": "busy"}, 429, {"Retry-After": "1"}),
    Fault.ERROR: lambda: _refused(500, "error"),
    Fault.HTML: lambda: HTMLResponse("<html><body>502 Bad Gateway</body></html>", 200),
    Fault.UNAUTHORIZED: lambda: _refused(401, "invalid_key"),
}
