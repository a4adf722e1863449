"""One request, from what stands in front of Procountor to its answer."""

from __future__ import annotations

import datetime as dt
import logging
import re
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from simulators.procountor import oauth
from simulators.procountor.answers import (
    NO_RIGHTS,
    Answer,
    Refused,
    Request,
    gateway,
    read_json,
    refusal,
    refuse,
)
from simulators.procountor.ask import Ask
from simulators.procountor.faults import DONE, DROPPED, Fault
from simulators.procountor.habits import VERSIONS
from simulators.procountor.routes import ROUTES
from simulators.procountor.world import BODY_KEPT_BYTES, NO_ANSWER, Call, Key, World

LOG: Final = logging.getLogger(__name__)
ADDRESS: Final = re.compile(r"^(?:/([\w.]+))?/api(/.*)$")
TOKEN_PATH: Final = "oauth/token"  # noqa: S105 - a path


@dataclass(frozen=True)
class Reply:
    """An answer and the fault that met it, if any. `is_dropped`: no answer comes."""

    answer: Answer
    fault: Fault | None = None

    @property
    def is_dropped(self) -> bool:
        """Whether the connection ends without an answer."""
        return self.fault in DROPPED


def serve(world: World, request: Request) -> Reply:
    """Answer one request; whoever sends it drops the connection where the reply says so."""
    with world.lock:
        settle(world)
        if request.method != "GET":
            world.lists.clear()
        path = _below_api(request.path)
        _happen(world, path or "")
        fault = world.faults.take(request.method, path or "")
        who: list[Key] = []
        reply = Reply(_answer(world, request, path, fault, who), fault)
        status = NO_ANSWER if reply.is_dropped else reply.answer.status
        _note(world, request, path or request.path, status, who)
        return reply


def settle(world: World) -> None:
    """Let what was to come late be there, once its time has come."""
    due = [request for at, request in world.late if at <= world.now]
    world.late = [item for item in world.late if item[0] > world.now]
    for request in due:
        world.lists.clear()
        _guarded(world, request, _below_api(request.path), [])


def _happen(world: World, path: str) -> None:
    due = [item for item in world.before if path.startswith(item[0])][:1]
    for item in due:
        world.lists.clear()
        world.before.remove(item)
        item[1]()


def _below_api(path: str) -> str | None:
    found = ADDRESS.match(path)
    if not found or (found[1] is not None and found[1] not in VERSIONS):
        return None
    return found[2].strip("/")


def _answer(
    world: World, request: Request, path: str | None, fault: Fault | None, who: list[Key]
) -> Answer:
    if fault and fault not in DONE:
        return _instead(world, request, fault, who)
    answer = _guarded(world, request, path, who)
    if fault is Fault.FAULT_DONE:
        return refusal(refuse(500, "Internal server error"))
    if fault is Fault.HTML_DONE:
        return gateway(500)
    if fault is Fault.CUT:
        return replace(answer, body=answer.body[: len(answer.body) // 2])
    if fault is Fault.SKEW:
        return replace(answer, headers=(*answer.headers, _date(world)))
    return answer


def _date(world: World) -> tuple[str, str]:
    at = world.now + dt.timedelta(seconds=world.faults.skew_s)
    return ("Date", at.strftime("%a, %d %b %Y %H:%M:%S GMT"))


def _instead(world: World, request: Request, fault: Fault, who: list[Key]) -> Answer:
    """Answer a call that has no effect now."""
    if fault is Fault.LATE:
        world.late.append((world.now + dt.timedelta(seconds=world.faults.late_s), request))
    if fault in (Fault.EXPIRED, Fault.REVOKED):
        _lose(world, request, fault, who)
        return refusal(refuse(401, "Unauthorized"))
    if fault is Fault.HTML:
        return gateway(500)
    refusals = {
        Fault.BUSY: refuse(world.habits.throttle_status, "Too many requests"),
        Fault.FORBIDDEN: refuse(403, NO_RIGHTS),
        Fault.HIDDEN: refuse(404, "Not found"),
    }
    return refusal(refusals.get(fault, refuse(500, "Internal server error")))


def _lose(world: World, request: Request, fault: Fault, who: list[Key]) -> None:
    bearer = _bearer(request)
    token = world.tokens.pop(bearer, None)
    if token:
        who.append(token.key)
        if fault is Fault.REVOKED:
            world.revoke(token.key)


def _guarded(world: World, request: Request, path: str | None, who: list[Key]) -> Answer:
    """Keep a mistake of the simulator from passing for a fault of Procountor."""
    try:
        return _routed(world, request, path, who)
    except Refused as refused:
        return refusal(refused)
    except Exception as crash:
        LOG.exception("The simulator failed at %s %s", request.method, request.path)
        world.crashes.append(crash)
        return Answer(500, b"the simulator itself failed", "text/plain")


def _routed(world: World, request: Request, path: str | None, who: list[Key]) -> Answer:
    if path is None:
        raise refuse(404, "Not found")
    if path == TOKEN_PATH:
        return oauth.token(world, request)
    if request.method == "GET" and request.body and world.habits.refuses_get_body:
        return gateway(403)
    key = world.key_of(_bearer(request))
    who.append(key)
    if not world.limiter.admits(key.client_id):
        raise refuse(world.habits.throttle_status, "Too many requests")
    _check_characters(request)
    for route in ROUTES:
        found = route.pattern.fullmatch(path)
        if found and route.method == request.method:
            ask = Ask(world, world.companies[key.company_id], key, request, found.groups())
            return route.act(ask)
    raise refuse(404, "Not found")


def _bearer(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if kind.lower() == "bearer" else ""


def _check_characters(request: Request) -> None:
    """Refuse text that Windows-1252 does not have; files are no text."""
    if request.body and "json" in request.headers.get("content-type", ""):
        for at, text in _texts(read_json(request.body), ""):
            if not _is_western(text):
                raise refuse(400, f"Value of the '{at}' contains invalid characters", at)


def _texts(value: Any, at: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        inner = [(f"{at}.{key}" if at else key, item) for key, item in value.items()]
    elif isinstance(value, list):
        inner = [(f"{at}[{place}]", item) for place, item in enumerate(value)]
    else:
        return [(at, value)] if isinstance(value, str) else []
    return [found for key, item in inner for found in _texts(item, key)]


def _is_western(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _note(world: World, request: Request, path: str, status: int, who: list[Key]) -> None:
    key = who[0] if who else None
    is_secret = path == TOKEN_PATH
    world.calls.append(
        Call(
            world.now,
            key.client_id if key else "",
            key.company_id if key else None,
            request.method,
            path,
            urlencode(request.query),
            status,
            b"" if is_secret else request.body[:BODY_KEPT_BYTES],
        )
    )
