"""One request to the simulated Spotilla, from its log-in or headers to its answer."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from simulators.fortnox.answers import json_text
from simulators.procountor.answers import Answer, Request, gateway, read_json
from simulators.procountor.faults import DONE, Fault
from simulators.procountor.service import Reply
from simulators.spotilla.world import TOKEN_LIFE_S, Body, Tenant, User, World

LOG: Final = logging.getLogger(__name__)
BASE: Final = "/api/v3/"
PAGE_MAX: Final = 100
REGISTERS: Final = ("customers", "products", "tasks")


class Refused(Exception):
    """A call that Spotilla refuses: a status and what it says."""

    def __init__(self, status: int, error: str) -> None:
        self.status, self.error = status, error
        super().__init__(error)


def serve(world: World, request: Request) -> Reply:
    """Answer one request; whoever sends it drops the connection where the reply says so."""
    with world.lock:
        for late in [item for at, item in world.late if at <= world.clock()]:
            _guarded(world, late)
        world.late = [item for item in world.late if item[0] > world.clock()]
        path = request.path.removeprefix(BASE).strip("/")
        fault = world.faults.take(request.method, path)
        reply = Reply(_answer(world, request, fault), fault)
        status = 0 if reply.is_dropped else reply.answer.status
        body = b"" if path == "login" else request.body
        world.calls.append((request.method, path, status, body))
        return reply


def _answer(world: World, request: Request, fault: Fault | None) -> Answer:
    if fault and fault not in DONE:
        return _instead(world, request, fault)
    answer = _guarded(world, request)
    if fault in (Fault.FAULT_DONE, Fault.HTML_DONE):
        return gateway(500)
    if fault is Fault.CUT:
        return replace(answer, body=answer.body[: len(answer.body) // 2])
    return answer


def _instead(world: World, request: Request, fault: Fault) -> Answer:
    if fault is Fault.LATE:
        at = world.clock() + dt.timedelta(seconds=world.faults.late_s)
        world.late.append((at, request))
    if fault in (Fault.EXPIRED, Fault.REVOKED):
        world.tokens.pop(request.headers.get("x-user-token", ""), None)
        return _json({"error": "Unauthorized"}, 401)
    statuses = {Fault.BUSY: 429, Fault.FORBIDDEN: 403, Fault.HIDDEN: 404, Fault.FAULT: 500}
    status = statuses.get(fault)
    return _json({"error": fault.value}, status) if status else gateway(502)


def _guarded(world: World, request: Request) -> Answer:
    try:
        return _json(*_routed(world, request))
    except Refused as refused:
        return _json({"error": refused.error}, refused.status)
    except Exception as crash:
        LOG.exception("The simulator failed at %s %s", request.method, request.path)
        world.crashes.append(crash)
        return Answer(500, b"the simulator itself failed", "text/plain")


def _json(value: Any, status: int = 200) -> Answer:
    return Answer(status, json_text(value).encode(), "application/json; charset=utf-8")


def _routed(world: World, request: Request) -> tuple[Any, int]:
    path = request.path.removeprefix(BASE).strip("/")
    if path == "login" and request.method == "POST":
        return _login(world, request), 200
    tenant, user = _who(world, request)
    name, _, number = path.partition("/")
    if name not in REGISTERS:
        raise Refused(404, "Not found")
    act = _ACTS.get((request.method, bool(number)))
    if act is None or (request.method != "GET" and name != "customers"):
        raise Refused(405, "Method not allowed")
    return act(world, tenant, user, request, name, number)


def _login(world: World, request: Request) -> Body:
    given = read_json(request.body)
    tenant = world.tenants.get(str(given.get("subdomain")))
    users = tenant.users if tenant else []
    pair = (given.get("email"), given.get("password"))
    user = next((one for one in users if (one.email, one.password) == pair), None)
    if tenant is None or user is None:
        raise Refused(401, "Wrong e-mail, password or subdomain")
    token = f"token-{next(world.serial)}"
    life = dt.timedelta(seconds=TOKEN_LIFE_S)
    world.tokens[token] = (tenant.subdomain, user.id, world.clock() + life)
    return {"token": token, "user_id": user.id, "role": user.role, "subdomain": tenant.subdomain}


def _who(world: World, request: Request) -> tuple[Tenant, User]:
    """Return whose the three headers are; they must be of one log-in."""
    token = request.headers.get("x-user-token", "")
    subdomain, user_id, until = world.tokens.get(token, ("", 0, world.clock()))
    given = (request.headers.get("x-user-subdomain"), request.headers.get("x-user-id"))
    if given != (subdomain, str(user_id)) or until <= world.clock():
        raise Refused(401, "Unauthorized")
    tenant = world.tenants[subdomain]
    return tenant, next(user for user in tenant.users if user.id == user_id)


def _list(
    world: World, tenant: Tenant, _: User, request: Request, name: str, __: str
) -> tuple[Any, int]:
    query = dict(request.query)
    since = query.get("updated_since", "")
    size = int(query.get("per_page", world.page_size))
    page = int(query.get("page", 1))
    if not 1 <= size <= PAGE_MAX:
        raise Refused(422, f"per_page is 1 to {PAGE_MAX}")
    # Only who asks since when is told of what was deleted.
    rows = [
        row
        for row in getattr(tenant, name).values()
        if row["updated_at"] >= since and (since or not row["deleted_at"])
    ]
    rows.sort(key=lambda row: (row["updated_at"], row["id"]))
    taken = rows[(page - 1) * size : page * size]
    pages = max(1, -(-len(rows) // size))
    shown = [world.names.outward(_shown(tenant, row)) for row in taken]
    return {name: shown, "meta": {"page": page, "pages": pages, "total": len(rows)}}, 200


def _read(
    world: World, tenant: Tenant, _: User, __: Request, name: str, number: str
) -> tuple[Any, int]:
    row = _found(tenant, name, number)
    return world.names.outward(_shown(tenant, row)), 200


def _create(
    world: World, tenant: Tenant, _: User, request: Request, name: str, __: str
) -> tuple[Any, int]:
    given = _given(world, tenant, request)
    if not str(given.get("name") or "").strip():
        raise Refused(422, "name can't be blank")
    number = next(tenant.ids)
    stamps = {"created_at": world.stamp, "updated_at": world.stamp, "deleted_at": None}
    getattr(tenant, name)[number] = {"id": number, **given, **stamps}
    return world.names.outward(getattr(tenant, name)[number]), 201


def _change(
    world: World, tenant: Tenant, _: User, request: Request, name: str, number: str
) -> tuple[Any, int]:
    row = _found(tenant, name, number)
    given = _given(world, tenant, request)
    if "name" in given and not str(given["name"] or "").strip():
        raise Refused(422, "name can't be blank")
    row.update(given)
    row["updated_at"] = world.stamp
    return world.names.outward(_shown(tenant, row)), 200


def _given(world: World, tenant: Tenant, request: Request) -> Body:
    value = read_json(request.body)
    if not isinstance(value, dict):
        raise Refused(422, "no object")
    own = ("id", "created_at", "updated_at", "deleted_at")
    kept = {key: item for key, item in world.names.inward(value).items() if key not in own}
    if not tenant.keeps_external_id:
        kept.pop("external_id", None)
    return kept


def _shown(tenant: Tenant, row: Body) -> Body:
    hidden = () if tenant.keeps_external_id else ("external_id",)
    return {key: value for key, value in row.items() if key not in hidden}


def _found(tenant: Tenant, name: str, number: str) -> Body:
    row: Body | None = getattr(tenant, name).get(int(number)) if number.isdecimal() else None
    if row is None or row["deleted_at"]:
        raise Refused(404, "Not found")
    return row


_ACTS: Final[dict[tuple[str, bool], Callable[..., tuple[Any, int]]]] = {
    ("GET", False): _list,
    ("GET", True): _read,
    ("POST", False): _create,
    ("PUT", True): _change,
}
