"""The simulated Fennoa over HTTP: paths, forms, Basic authentication, answers and faults."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from simulators.fennoa.faults import DONE, Fault
from simulators.fennoa.world import Company, Form, Refused, World
from simulators.fortnox.connection import drop

PAGE_OF_A_GATEWAY: Final = "<html><body><h1>502 Bad Gateway</h1></body></html>"
KEY: Final = re.compile(r"^row\[(\d+)\]\[(\w+)\](?:\[(\w+)\])?$")

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
            await self._shown()(scope, receive, send)
            return
        path = path.removeprefix("/api").strip("/")
        body = await request.body()
        with self.world.lock:
            self.world.settle()
            fault = self.world.faults.take(path)
            response = self._answer(request, path, body, fault)
            self.world.calls.append((request.method, path, response.status_code))
        if fault in {Fault.LOST, Fault.LOST_DONE, Fault.LATE}:
            await drop(scope, receive)
            return
        await response(scope, receive, send)

    def _answer(self, request: Request, path: str, body: bytes, fault: Fault | None) -> Response:
        if fault and (instead := self._instead(request, path, body, fault)):
            return instead
        try:
            status, answer = self._route(request, path, body)
        except Refused as refused:
            status, answer = refused.status, {"status": "error", "errors": refused.errors}
        if fault is Fault.NO_ID:
            answer.pop("id", None)
        response = JSONResponse(answer, status)
        if fault is Fault.FAULT_DONE:
            return JSONResponse({"status": "error", "errors": ["Technical failure"]}, 500)
        if fault is Fault.HTML_OK:
            return HTMLResponse(PAGE_OF_A_GATEWAY, 200)
        if fault is Fault.CUT:
            return Response(response.body[: len(response.body) // 2], status, response.headers)
        return response

    def _instead(self, request: Request, path: str, body: bytes, fault: Fault) -> Response | None:
        """Return the answer to a call that has no effect now; None when it has."""
        if fault in DONE:
            return None
        if fault is Fault.LATE and path == "sales_api/add":
            company = self._company(request)
            at = self.world.clock() + self.world.faults.late_s
            self.world.late.append((at, company, read_form(body)))
        if fault is Fault.HTML:
            return HTMLResponse(PAGE_OF_A_GATEWAY, 502)
        if fault is Fault.BUSY:
            answer = {"status": "error", "errors": "Too Many Requests"}
            return JSONResponse(answer, 429, {"Retry-After": "1"})
        if fault is Fault.UNAUTHORIZED:
            answer = {"status": "error", "errors": "API key / company code is invalid"}
            return JSONResponse(answer, 401)
        if fault is Fault.REFUSED_OK:
            return JSONResponse({"status": "error", "errors": {"row": [None, "Virhe"]}}, 200)
        return JSONResponse({"status": "error", "errors": ["Technical failure"]}, 500)

    def _route(self, request: Request, path: str, body: bytes) -> Answer:
        company = self._company(request)
        for method, pattern, act in self._routes():
            if request.method == method and (found := re.fullmatch(pattern, path)):
                return 200, {"status": "ok", **act(company, request, body, *found.groups())}
        raise Refused(404 if request.method in {"GET", "POST", "PUT"} else 405, "Not found")

    def _routes(self) -> list[tuple[str, str, Callable[..., dict[str, Any]]]]:
        return [
            ("POST", r"sales_api/add", self._add),
            ("POST", r"sales_api/do/approve/(\d+)", self._approve),
            ("POST", r"sales_api/do/send/(\d+)", self._send),
            ("POST", r"sales_api/do/upload_attachment/(\d+)", self._attach),
            ("GET", r"sales_api/get/delivery_errors", self._delivery_errors),
            ("GET", r"sales_api", self._list),
            ("GET", r"sales_api/(\d+)", self._read),
            ("GET", r"customer_api/get/customer_no/(.+)", self._customer),
            ("GET", r"accounting_api/get/locking_periods", self._locks),
        ]

    def _add(self, company: Company, _request: Request, body: bytes) -> dict[str, Any]:
        return {"id": self.world.add_invoice(company, read_form(body)).id}

    def _approve(self, company: Company, _r: Request, _b: bytes, number: str) -> dict[str, Any]:
        self.world.approve(company, int(number))
        return {}

    def _send(self, company: Company, _r: Request, _b: bytes, number: str) -> dict[str, Any]:
        went = self.world.send(company, int(number))
        return {} if went else {"data": "failed"}

    def _attach(self, company: Company, _r: Request, body: bytes, number: str) -> dict[str, Any]:
        if b"%PDF" not in body:
            raise Refused(400, ["Only PDF"])
        self.world.find(company, int(number)).attachments.append(body)
        return {}

    def _delivery_errors(self, company: Company, *_: object) -> dict[str, Any]:
        return {"data": company.delivery_errors}

    def _list(self, company: Company, request: Request, _b: bytes) -> dict[str, Any]:
        return {"data": self.world.page(company, int(request.query_params.get("page", "1")))}

    def _read(self, company: Company, _r: Request, _b: bytes, number: str) -> dict[str, Any]:
        invoice = self.world.find(company, int(number))
        return {"data": self.world.shown(invoice, in_list=False)}

    def _customer(self, company: Company, _r: Request, _b: bytes, number: str) -> dict[str, Any]:
        if number not in company.customers:
            raise Refused(404, "Not found")
        return {"data": {"Customer": company.customers[number]}}

    def _locks(self, company: Company, *_: object) -> dict[str, Any]:
        return {"data": [{"code": c, "value": v} for c, v in company.locked.items()]}

    def _company(self, request: Request) -> Company:
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, key = base64.b64decode(text, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user = key = ""
        if scheme.lower() != "basic":
            user = ""
        return self.world.company(user, key)

    def _shown(self) -> Response:
        """Return the page of what is held, for whoever looks with a browser."""
        with self.world.lock:
            held = {
                user: [self.world.shown(i, in_list=False) for i in company.invoices.values()]
                for user, company in self.world.companies.items()
            }
        return JSONResponse(held)


def read_form(body: bytes) -> Form:
    """Read a form with rows: ``row[1][price]`` is row 1's price."""
    form: Form = {"row": {}}
    for name, value in parse_qsl(body.decode(), keep_blank_values=True):
        if found := KEY.match(name):
            number, key, inner = found.groups()
            row = form["row"].setdefault(int(number), {})
            if inner:
                row.setdefault(key, {})[inner] = value
            else:
                row[key] = value
        else:
            form[name] = value
    return form
