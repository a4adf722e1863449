"""One request, from its token to its answer: who asks, the rate, the faults, the resource.

Source: Fortnox developer pages "Responses", "Errors", "Rate limits"; which licence, scope and token
errors have which status is reported by integrations in production.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from simulators.fortnox.answers import Answer, Bare, Refusal, envelope, gateway, json_answer
from simulators.fortnox.ask import Ask
from simulators.fortnox.catalogue import RESOURCES, Resource
from simulators.fortnox.faults import Fault
from simulators.fortnox.moving import change_books, seen
from simulators.fortnox.spoiling import spoiled
from simulators.fortnox.tenant import MODULES, Tenant
from simulators.fortnox.tokens import Grant
from simulators.fortnox.world import World

FORBIDDEN: Final = 403
TOO_MANY: Final = 429
JSON_ACCEPTED: Final = ("*/*", "application/json", "application/*")
FILES: Final = ("/3/sie", "/3/archive", "/3/inbox")
"""Beginnings of paths that answer with a file."""
ODDITIES: Final = ("hide_voucher", "wrong_company", "empty_sie")
"""Faults that change what a resource says."""


@dataclass(frozen=True)
class Request:
    """One request as it came. Header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def token(self) -> str:
        """The bearer token, or nothing."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind.lower() == "bearer" else ""


@dataclass(frozen=True)
class Reply:
    """An answer, for whom it is, and the faults that meet it on its way."""

    answer: Answer
    tenant: int | None = None
    due: Mapping[str, Fault] = field(default_factory=dict)


async def _unused(_: Scope, __: Receive, ___: Send) -> None:
    """Routes are only matched here, never run."""


_PLAIN: Final = {known.path: known for known in RESOURCES if "{" not in known.path}
_ROUTES: Final = [(Route(k.path, _unused), k) for k in RESOURCES if "{" in k.path]


def find(path: str) -> tuple[Resource, Mapping[str, str]] | None:
    """Find the resource that a path names, with the parts of the path."""
    if path in _PLAIN:
        return _PLAIN[path], {}
    scope: Scope = {"type": "http", "path": path, "method": "GET", "root_path": ""}
    for route, resource in _ROUTES:
        match, found = route.matches(scope)
        if match is Match.FULL:
            return resource, found["path_params"]
    return None


def serve(world: World, request: Request) -> Reply:
    """Answer a request under /3/ or /api/."""
    grant = world.tokens.access_tokens.get(request.token)
    number = grant.tenant if grant else None
    try:
        _check_token(world, request, grant)
    except (Refusal, Bare) as refused:
        return Reply(_error_answer(world, refused), number)
    tenant = world.tenants[number or 0]
    if not world.limiter.admits((world.client_id, number)):
        return Reply(gateway(TOO_MANY, retry_after_s=world.habits.retry_after_s), number)
    due = world.faults.due(number, request.path)
    try:
        _meet(world, request, tenant, due)
        answer = _resource_answer(world, request, tenant, due)
        is_sie = request.path.startswith("/3/sie")
        answer = spoiled(answer, due, encoding=tenant.made_with.encoding if is_sie else "utf-8")
    except (Refusal, Bare) as refused:
        answer = _error_answer(world, refused)
    return Reply(answer, number, due)


def _error_answer(world: World, refused: Refusal | Bare) -> Answer:
    if isinstance(refused, Bare):
        return refused.answer
    return envelope(refused, upper=world.tells_upper(refused.code))


def _check_token(world: World, request: Request, grant: Grant | None) -> None:
    if not request.token:
        raise Refusal(FORBIDDEN, 2000311)
    if grant is None:
        raise Refusal(FORBIDDEN, 2000310)
    if grant.tenant is None:
        raise Bare(Answer(500))
    if grant.expires_at <= world.now:
        raise Bare(json_answer({"message": "unauthorized"}, status=401))


def _meet(world: World, request: Request, tenant: Tenant, due: Mapping[str, Fault]) -> None:
    """Let the first of the answering faults answer."""
    if "status" in due:
        raise Bare(status_answer(due["status"]))
    if "html_instead" in due:
        raise Bare(gateway(due["html_instead"].details["status"], body="html"))
    if "expire_token" in due:
        world.tokens.expire_access(request.token, world.now)
        raise Bare(json_answer({"message": "unauthorized"}, status=401))
    if "revoke_consent" in due:
        world.revoke_consent(tenant.number)
    _check_rights(world, tenant.switches | set(due))


def status_answer(fault: Fault) -> Answer:
    """Answer with the status that a fault names."""
    details = fault.details
    return gateway(details["status"], body=details["body"], retry_after_s=details["retry_after_s"])


def _check_rights(world: World, faults: set[str]) -> None:
    if "consent_revoked" in faults:
        raise Refusal(FORBIDDEN, 2000310)
    if "licence_missing" in faults:
        raise Refusal(world.habits.app_status, 2001103)


def _resource_answer(
    world: World, request: Request, tenant: Tenant, due: Mapping[str, Fault]
) -> Answer:
    if request.method != "GET":
        raise Bare(json_answer({"message": "Method not allowed"}, status=405))
    found = find(request.path)
    if found is None:
        raise Bare(json_answer({"message": "no Route matched with those values"}, status=404))
    resource, path = found
    faults = tenant.switches | set(due)
    _check_scope(world, resource, world.tokens.access_tokens[request.token], faults)
    _check_question(resource, request)
    ask = _ask(world, request, tenant, due)
    ask = replace(ask, path=path, edition=seen(ask, due))
    answer = resource.handler(ask)
    change_books(ask, due)
    return answer


def _check_scope(world: World, resource: Resource, grant: Grant, faults: set[str]) -> None:
    if resource.scope not in grant.scopes or "scope_missing" in faults:
        raise Refusal(400, 2000663)
    if any(resource.scope in closed for switch, closed in MODULES.items() if switch in faults):
        raise Refusal(world.habits.licence_status, 2001101)


def _check_question(resource: Resource, request: Request) -> None:
    if set(request.query) - resource.parameters:
        raise Refusal(400, 2000588)
    accept = request.headers.get("accept", "*/*")
    is_file = resource.path.startswith(FILES) or resource.path.endswith(("/preview", "/print"))
    if not is_file and not any(kind in accept for kind in JSON_ACCEPTED):
        raise Refusal(400, 1000030)


def _ask(world: World, request: Request, tenant: Tenant, due: Mapping[str, Fault]) -> Ask:
    plain = request.path.rstrip("/").split("/")[2]
    return Ask(
        tenant=tenant,
        edition=tenant.edition,
        query=request.query,
        path={},
        accept=request.headers.get("accept", "*/*"),
        now=world.now,
        is_administrator="not_administrator" not in tenant.switches,
        has_meta=plain not in world.habits.lists_without_meta,
        oddities={name: due[name].details for name in ODDITIES if name in due},
    )
