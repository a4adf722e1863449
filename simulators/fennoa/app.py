"""The simulated Fennoa over HTTP: paths, forms, Basic authentication, answers and faults."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from simulators.fennoa.admin import shown
from simulators.fennoa.company import Company, Refused
from simulators.fennoa.faults import DONE, Fault
from simulators.fennoa.forms import read_form
from simulators.fennoa.resources import ROUTES
from simulators.fennoa.resources.route import Asked
from simulators.fennoa.world import Called, World
from simulators.fortnox.answers import json_text
from simulators.fortnox.connection import drop

PAGE_OF_A_GATEWAY: Final = "<html><body><h1>502 Bad Gateway</h1></body></html>"

Answer = tuple[int, dict[str, Any]]


class App:
    """An ASGI application over one world."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        path = request.url.path
        if path.startswith("/_simulator"):
            with self.world.lock:
                response = shown(self.world, path)
            await response(scope, receive, send)
            return
        path = path.removeprefix("/api").strip("/")
        body = await request.body()
        with self.world.lock:
            self.world.settle()
            fault = Fault.BUSY if self.world.is_too_fast() else self.world.faults.take(path)
            response = self._answer(request, path, body, fault)
            self.world.calls.append(Called(request.method, path, response.status_code))
            self.world.heads.append(_head(request))
        if fault in {Fault.LOST, Fault.LOST_DONE, Fault.LATE}:
            await drop(scope, receive)
            return
        await response(scope, receive, send)

    def _answer(self, request: Request, path: str, body: bytes, fault: Fault | None) -> Response:
        if fault and (instead := self._instead(request, path, body, fault)):
            return instead
        try:
            status, answer = self._route(request, path, body, fault)
        except Refused as refused:
            status, answer = refused.status, {"status": "error", "errors": refused.errors}
        if fault is Fault.NO_ID:
            answer.pop("id", None)
        response = Response(json_text(answer), status, media_type="application/json")
        if fault is Fault.FAULT_DONE:
            return JSONResponse({"status": "error", "errors": ["Technical failure"]}, 500)
        if fault is Fault.HTML_OK:
            return HTMLResponse(PAGE_OF_A_GATEWAY, 200)
        if fault is Fault.CUT:
            return Response(response.body[: len(response.body) // 2], status, response.headers)
        return response

    def _instead(self, request: Request, path: str, body: bytes, fault: Fault) -> Response | None:
        """Return the answer to a call that has no effect now; None when it has."""
        if fault in DONE or fault is Fault.UNDELIVERED:
            return None
        if fault is Fault.LATE and path == "sales_api/add":
            company = self._company(request)
            at = self.world.clock() + self.world.faults.late_s
            form = read_form(body, request.headers.get("content-type", ""))
            self.world.late.append((at, company, form))
        if fault is Fault.HTML:
            return HTMLResponse(PAGE_OF_A_GATEWAY, 502)
        return _refusal(fault)

    def _route(self, request: Request, path: str, body: bytes, fault: Fault | None) -> Answer:
        company = self._company(request)
        is_known = False
        for method, pattern, act in ROUTES:
            if found := re.fullmatch(pattern, path):
                is_known = True
                if request.method == method:
                    asked = Asked(self.world, company, request, body, fault)
                    return 200, {"status": "ok", **act(asked, *found.groups())}
        raise Refused(405, "Method not allowed") if is_known else Refused(404, "Not found")

    def _company(self, request: Request) -> Company:
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, key = base64.b64decode(text, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user = key = ""
        if scheme.lower() != "basic":
            user = ""
        return self.world.company(user, key)


def _head(request: Request) -> dict[str, str]:
    scheme = request.headers.get("authorization", "").partition(" ")[0]
    return {"scheme": scheme, "content_type": request.headers.get("content-type", "")}


def _refusal(fault: Fault) -> Response:
    """Return the answer of a fault after which nothing was done."""
    if fault is Fault.BUSY:
        answer = {"status": "error", "errors": "Too Many Requests"}
        return JSONResponse(answer, 429, {"Retry-After": "1"})
    if fault is Fault.UNAUTHORIZED:
        answer = {"status": "error", "errors": "API key / company code is invalid"}
        return JSONResponse(answer, 401)
    if fault is Fault.REFUSED_OK:
        return JSONResponse({"status": "error", "errors": {"row": [None, "Virhe"]}}, 200)
    if fault is Fault.FAILED:
        return JSONResponse({"status": "ok", "data": "failed"}, 200)
    return JSONResponse({"status": "error", "errors": ["Technical failure"]}, 500)
