"""Documents on their way to other systems: where each stands, why, and what somebody does about it.

Source:
    R-ECO-55, R-ECO-62: each failure with its remedy, and what nobody knows as it came.
"""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from blocks.hub.outbox import Queued, SeveralKinds, UnknownDocument
from flows.portal.routes import ANYONE, ITEM, STAFF, SYSTEM, TEXT, WORD, route
from flows.portal.visit import Unfit, Visit, not_found
from ledger.push.items import Phase
from ledger.push.kinds import PushKind
from tasks.push_deviations import balance
from tasks.push_log import phrases
from tasks.push_people import NothingToResolve, resolve, retry, waiting_of
from tasks.push_words import explained, waits

LISTED: Final = 200
"""Documents in each of the two lists of a page, newest first."""

RETRIED: Final = (Phase.HELD, Phase.REJECTED)
RESOLVED: Final = (Phase.HELD, Phase.IN_DOUBT)
ONE: Final = {"to": SYSTEM, "item": ITEM, "kind": WORD}


@route("GET", "/companies/{tenant}/pushes", who=ANYONE, takes={"to": SYSTEM})
def pushes(visit: Visit) -> Response:
    """Show what waits for somebody, and the newest of all, of one target."""
    hub, tenant = visit.stores.hub, visit.tenant
    targets = [target for _, target in hub.outbox.targets_of(tenant.id)]
    target = visit.get("to", targets[0] if targets else "")
    if not targets or target not in targets:
        return visit.page("pushes_none.html", tenant=tenant, status=404 if target else 200)
    waiting = waiting_of(hub, tenant.id, target)
    return visit.page(
        "pushes.html",
        tenant=tenant,
        targets=targets,
        target=target,
        counts=balance(hub, tenant.id, target),
        paused=hub.push_marks.paused(tenant.id, target),
        waiting=waiting[:LISTED],
        waiting_count=len(waiting),
        newest=hub.outbox.listed(tenant.id, target, limit=LISTED),
        explained=explained,
    )


@route("GET", "/companies/{tenant}/pushes/one", who=ANYONE, takes=ONE)
def pushed(visit: Visit) -> Response:
    """Show everything that happened to a document, and what is to be done about it."""
    return _page(visit, _document(visit))


@route("POST", "/companies/{tenant}/pushes/retry", who=STAFF, takes=ONE, back="pushed")
def retry_push(visit: Visit) -> Response:
    """Have a document tried once more, where that can make nothing twice."""
    one = _document(visit)
    _, others = retry(visit.stores.hub, [one], who=visit.who)
    visit.note(f"{one.target}: {one.kind} {one.id}")
    if others:
        return _page(visit, one, problem=visit.t("pushes.not_retried"))
    return _to(visit, one)


@route(
    "POST",
    "/companies/{tenant}/pushes/resolve",
    who=STAFF,
    takes={**ONE, "seen": WORD, "target_id": TEXT},
    back="pushed",
)
def resolve_push(visit: Visit) -> Response:
    """Say what became of a call whose answer was lost, after looking there."""
    one, seen, target_id = _document(visit), visit.get("seen"), visit.get("target_id").strip()
    if seen not in {"there", "not_there"}:
        raise Unfit(400)
    if (seen == "there") != bool(target_id):
        return _page(visit, one, problem=visit.t("pushes.id_or_not"))
    try:
        resolve(visit.stores.hub, one, target_id=target_id, who=visit.who)
    except NothingToResolve:
        return _page(visit, one, problem=visit.t("pushes.not_resolved"))
    visit.note(f"{one.target}: {one.kind} {one.id}, {seen} {target_id}".strip())
    return _to(visit, one)


def _document(visit: Visit) -> Queued:
    """Return the document that is named.

    Raises:
        Unfit: There is none, or it is another company's.
    """
    kind = visit.get("kind")
    if kind and kind not in set(PushKind):
        raise not_found()
    try:
        return visit.stores.hub.outbox.find(
            visit.tenant.id, visit["to"], visit["item"], PushKind(kind) if kind else None
        )
    except (UnknownDocument, SeveralKinds):
        raise not_found() from None


def _to(visit: Visit, one: Queued) -> Response:
    named = {"to": one.target, "item": one.source_id, "kind": str(one.kind)}
    return visit.to("pushed", tenant=visit.tenant.id, **named)


def _page(visit: Visit, one: Queued, *, problem: str = "") -> Response:
    hub = visit.stores.hub
    return visit.page(
        "pushed.html",
        status=409 if problem else 200,
        tenant=visit.tenant,
        one=one,
        log=[(line, phrases(line)) for line in hub.outbox.log(one)],
        waits=waits(hub, one),
        explained=explained,
        problem=problem,
        can_retry=one.item.phase in RETRIED,
        can_resolve=one.item.phase in RESOLVED,
    )
