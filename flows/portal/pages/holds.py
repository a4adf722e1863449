"""What waits for somebody's decision: holds, and the approval of a first transfer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from flows.portal.routes import ANYONE, LOAD, STAFF, TEXT, WORD, path_of, route
from flows.portal.visit import Unfit, Visit, not_found
from ledger.acceptance import is_foreign
from ledger.controls import Break, ControlResult
from ledger.onboarding import APPROVAL, Stage
from tasks.accept import accept_breaks, reject_hold
from tasks.approve import NotToBeApproved, approve, is_approvable
from tasks.customer_statements import CONTROLS
from tasks.held import Decision, Held, decision_of, find_held, held_of
from tasks.onboarding import onboarding_of

PUBLISH: Final = "publish-accepted/publish-accepted"


BREAKS: Final = 100
"""Breaks of one control that are shown."""

COLUMNS: Final[Mapping[str, str]] = {
    "account_number": "account",
    "period": "period",
    "voucher_key": "voucher",
    "expected": "expected",
    "actual": "actual",
    "difference": "difference",
    "detail": "detail",
}
"""What a break says, and which sentence of `holds` heads it."""


@route("GET", "/companies/{tenant}/holds", who=ANYONE, takes={"rejected": WORD})
def holds(visit: Visit) -> Response:
    """Show what is held, how far the opening has come, and whether something was just rejected."""
    return _page(visit)


@route("GET", "/companies/{tenant}/holds/one", who=ANYONE, takes={"load": LOAD})
def hold(visit: Visit) -> Response:
    """Show what holds a load, break by break."""
    found = _held(visit)
    if isinstance(found, Decision):
        return _decided(visit, found)
    return visit.page(
        "hold.html",
        tenant=visit.tenant,
        item=found,
        is_foreign=is_foreign(found.holding),
        columns=lambda result: _columns(result.breaks[:BREAKS]),
        most=BREAKS,
        compared=set(CONTROLS.values()),
    )


@route(
    "POST",
    "/companies/{tenant}/holds/accept",
    who=STAFF,
    takes={"load": LOAD, "reason": TEXT},
    back="hold",
)
async def accept_hold(visit: Visit) -> Response:
    """Let the breaks pass that were shown, and publish the load if nothing else holds it.

    What was accepted before is published as that: whoever does so has accepted nothing.
    """
    found = await run_in_threadpool(_held, visit)
    if isinstance(found, Decision):
        return _decided(visit, found)
    if not found.awaits_publication:
        left = await run_in_threadpool(_accept, visit, found)
        if left:
            return visit.to("hold", tenant=visit.tenant.id, load=found.load.load_id)
    visit.note(f"load {found.load.load_id}")
    asked = {"fiscal_year": found.unit.year.key, "load_id": found.load.load_id}
    run_id = await visit.portal.runs.start(PUBLISH, visit.tenant.id, asked)
    return RedirectResponse(f"{path_of('company', tenant=visit.tenant.id)}?run={run_id}", 303)


@route(
    "POST",
    "/companies/{tenant}/holds/reject",
    who=STAFF,
    takes={"load": LOAD, "reason": TEXT},
    back="hold",
)
def refuse_hold(visit: Visit) -> Response:
    """Say that what is held is wrong; it is never published."""
    found = _held(visit)
    if isinstance(found, Decision):
        return _decided(visit, found)
    reject_hold(
        visit.stores,
        found.unit,
        reason=_reason(visit),
        rejected_by=visit.who,
        load_id=found.load.load_id,
    )
    visit.note(f"load {found.load.load_id}")
    return visit.to("holds", tenant=visit.tenant.id, rejected="yes")


@route("POST", "/companies/{tenant}/approve", who=STAFF, takes={"reason": TEXT}, back="holds")
def approve_transfer(visit: Visit) -> Response:
    """Say that the first transfer is right, so that its nights begin."""
    stores, tenant = visit.stores, visit.tenant
    note = _reason(visit)
    try:
        approve(stores, tenant.id, approved_by=visit.who, note=note)
    except NotToBeApproved as problem:
        return _page(visit, refused=str(problem), status=409)
    return visit.to("holds", tenant=tenant.id)


def _accept(visit: Visit, found: Held) -> list[ControlResult]:
    """Let the breaks of a hold pass, and return what still holds it."""
    left = accept_breaks(
        visit.stores,
        found.unit,
        controls=(),
        reason=_reason(visit),
        accepted_by=visit.who,
        load_id=found.load.load_id,
    )
    if left:
        visit.note(f"load {found.load.load_id}")
    return left


def _page(visit: Visit, *, refused: str = "", status: int = 200) -> Response:
    stores, tenant = visit.stores, visit.tenant
    opening = onboarding_of(stores.hub, tenant.id)
    is_first = bool(opening.checklist) and opening.stage is not Stage.LIVE
    return visit.page(
        "holds.html",
        status=status,
        tenant=tenant,
        held=held_of(stores, tenant.id),
        opening=opening,
        refused=refused,
        is_listed=any(step.name != APPROVAL for step in opening.missing),
        is_approvable=is_first and is_approvable(stores.hub, tenant.id),
        rejected=visit.route.method == "GET" and visit.get("rejected"),
    )


def _columns(breaks: Sequence[Break]) -> list[tuple[str, str]]:
    """Return what any of the breaks says, with its heading: most controls leave some empty."""
    return [
        (name, heading)
        for name, heading in COLUMNS.items()
        if any(getattr(one, name) not in {None, ""} for one in breaks)
    ]


def _held(visit: Visit) -> Held | Decision:
    """Return the hold that was shown, or how it ended since.

    Raises:
        Unfit: It never was one, or is another company's.
    """
    stores, tenant, load_id = visit.stores, visit.tenant.id, visit["load"]
    found = find_held(stores, tenant, load_id) or decision_of(stores, tenant, load_id)
    if found is None:
        raise not_found()
    return found


def _decided(visit: Visit, found: Decision) -> Response:
    """Tell who comes later what a colleague decided; an act has changed nothing."""
    status = 200 if visit.route.method == "GET" else 409
    return visit.page("hold_decided.html", status=status, tenant=visit.tenant, found=found)


def _reason(visit: Visit) -> str:
    if not (reason := visit.get("reason").strip()):
        raise Unfit(400)
    return reason
