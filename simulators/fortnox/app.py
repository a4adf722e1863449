"""The ASGI application: reads a request, asks the part that answers, sends it, or fails to.

What is under /_simulator/ is not Fortnox's: it steers the simulator from another process.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import logging
from collections.abc import Mapping
from dataclasses import replace
from email.utils import format_datetime
from typing import Final
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from simulators.fortnox import admin, oauth
from simulators.fortnox.answers import Answer, gateway, json_answer
from simulators.fortnox.calls import NO_ANSWER, Call
from simulators.fortnox.connection import drop
from simulators.fortnox.faults import Fault
from simulators.fortnox.service import Reply, Request, find, serve, status_answer
from simulators.fortnox.spoiling import spoiled
from simulators.fortnox.tokens import OAuthRefused
from simulators.fortnox.world import World

PIECE_BYTES: Final = 64 * 1024
"""Bodies are sent in pieces of this size."""

BODY_BYTES_MAX: Final = 1024 * 1024
"""A request's body may be so large: forms and steering need little."""


LOG: Final = logging.getLogger(__name__)


class App:
    """Serves a world over HTTP."""

    def __init__(self, world: World) -> None:
        """Serve this world."""
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        request, body = await _read(scope, receive)
        is_too_large = len(body) > BODY_BYTES_MAX
        reply = Reply(gateway(413)) if is_too_large else await self._guarded(request, body)
        due = reply.due
        if "delay" in due:
            await asyncio.sleep(due["delay"].details["seconds"])
        is_lost = "lose_answer" in due
        self._log(request, scope, reply, NO_ANSWER if is_lost else reply.answer.status)
        if is_lost:
            await drop(scope, receive)
        else:
            is_gzip = self._world.habits.compresses and _accepts_gzip(request)
            answer = _compressed(reply.answer) if is_gzip else reply.answer
            await _send(answer, due, send, now=self._world.now)

    async def _guarded(self, request: Request, body: bytes) -> Reply:
        """Keep a mistake of the simulator from passing for a fault of Fortnox."""
        try:
            return await self._reply(request, body)
        except Exception as crash:
            LOG.exception("The simulator failed at %s %s", request.method, request.path)
            self._world.crashes.append(crash)
            return Reply(Answer(500, b"the simulator itself failed", "text/plain"))

    async def _reply(self, request: Request, body: bytes) -> Reply:
        world, path = self._world, request.path
        if path.startswith("/_simulator"):
            return Reply(admin.serve(world, request, body))
        if path.startswith("/oauth-v1/"):
            return _oauth(world, request)
        found = find(path)
        if found and found[0].is_slow:
            return await asyncio.to_thread(serve, world, request)
        return serve(world, request)

    def _log(self, request: Request, scope: Scope, reply: Reply, status: int) -> None:
        if request.path.startswith("/_simulator"):
            return
        call = Call(self._world.now, reply.tenant, request.method, request.path, status)
        call.query = scope["query_string"].decode()
        self._world.calls.add(call)


def _accepts_gzip(request: Request) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")


def _compressed(answer: Answer) -> Answer:
    headers = (*answer.headers, ("Content-Encoding", "gzip"))
    return replace(answer, body=gzip.compress(answer.body, mtime=0), headers=headers)


async def _read(scope: Scope, receive: Receive) -> tuple[Request, bytes]:
    body, more = b"", True
    while more and len(body) <= BODY_BYTES_MAX:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    is_form = headers.get("content-type", "").startswith(oauth.FORM)
    request = Request(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True)),
        headers=headers,
        form=dict(parse_qsl(body.decode(errors="replace"))) if is_form else {},
    )
    return request, body


def _oauth(world: World, request: Request) -> Reply:
    if request.path == "/oauth-v1/auth" and request.method == "GET":
        return Reply(oauth.authorize_page(world, request.query))
    if request.path not in ("/oauth-v1/token", "/oauth-v1/revoke") or request.method != "POST":
        return Reply(json_answer({"message": "Not found"}, status=404))
    authorization = request.headers.get("authorization", "")
    tenant_id = request.headers.get("tenantid", "")
    tenant = oauth.tenant_of(world, request.path, request.form, tenant_id=tenant_id)
    due = world.faults.due(tenant, request.path)
    answer = _oauth_fault(world, due, tenant)
    if answer is None and request.path == "/oauth-v1/revoke":
        answer = oauth.revoke(world, request.form, authorization=authorization)
    if answer is None:
        skew_s = due["clock_skew"].details["seconds"] if "clock_skew" in due else 0
        answer = oauth.token(
            world, request.form, authorization=authorization, tenant_id=tenant_id, skew_s=skew_s
        )
        answer = spoiled(answer, due)
    return Reply(answer, tenant, due)


def _oauth_fault(world: World, due: Mapping[str, Fault], tenant: int | None) -> Answer | None:
    if "status" in due:
        return status_answer(due["status"])
    if "html_instead" in due:
        return gateway(due["html_instead"].details["status"], body="html")
    if "licence_missing" in due:
        return oauth.refusal(OAuthRefused("error_missing_license", "No Integration licence"))
    if "revoke_consent" in due and tenant is not None:
        world.revoke_consent(tenant)
    return None


async def _send(answer: Answer, due: Mapping[str, Fault], send: Send, *, now: dt.datetime) -> None:
    skew_s = due["clock_skew"].details["seconds"] if "clock_skew" in due else 0
    cut = due.get("cut_body")
    length = [] if cut and not cut.details["declared"] else [("content-length", len(answer.body))]
    pairs = [
        ("date", format_datetime(now + dt.timedelta(seconds=skew_s), usegmt=True)),
        ("content-type", answer.content_type),
        *length,
        *answer.headers,
    ]
    headers = [(name.lower().encode(), str(value).encode()) for name, value in pairs]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await _send_body(answer.body, send, share=cut.details["share"] if cut else None)


async def _send_body(body: bytes, send: Send, *, share: float | None) -> None:
    """Send a body in pieces; a cut one ends early, and the server closes the connection."""
    sent = body if share is None else body[: int(len(body) * share)]
    for first in range(0, len(sent), PIECE_BYTES):
        piece = sent[first : first + PIECE_BYTES]
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    if share is None:
        await send({"type": "http.response.body", "body": b"", "more_body": False})
