"""Steering from another process: JSON under /_simulator/. None of it is Fortnox's."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from simulators.fortnox import oauth
from simulators.fortnox.answers import Answer, json_answer
from simulators.fortnox.moving import voucher_keys
from simulators.fortnox.service import Request
from simulators.fortnox.tenant import LEDGER_SCOPES
from simulators.fortnox.world import ConsentRefused, World

Details = Mapping[str, Any]


def serve(world: World, request: Request, body: bytes) -> Answer:
    """Answer a request under /_simulator/; what cannot be done is a 400 that says why."""
    path = request.path.removeprefix("/_simulator").strip("/")
    action = _ACTIONS.get((request.method, path))
    if action is None:
        return json_answer({"known": sorted(map(" ".join, _ACTIONS))}, status=404)
    try:
        details = {**request.query, **(json.loads(body) if body else {})}
        return action(world, details) if path == "consent" else json_answer(action(world, details))
    except (ConsentRefused, KeyError, TypeError, ValueError) as problem:
        return json_answer({"problem": f"{type(problem).__name__}: {problem}"}, status=400)


def _about(world: World, _: Details) -> Any:
    return {
        "url": world.base,
        "client_id": world.client_id,
        "client_secret": world.client_secret,
        "redirect_uri": world.redirect_uri,
        "now": world.now.isoformat(),
        "tenants": [
            {
                "database_number": number,
                "name": tenant.edition.company.name,
                "organisation_number": tenant.edition.company.organisation_number,
                "edition": tenant.edition.number,
                "switches": sorted(tenant.switches),
                "consented": number in world.tokens.consents,
            }
            for number, tenant in world.tenants.items()
        ],
    }


def _faults(world: World, _: Details) -> Any:
    return [asdict(fault) for fault in world.faults.waiting()]


def _add_fault(world: World, details: Details) -> Any:
    details = dict(details)
    world.faults.add(details.pop("name"), **details)
    return _faults(world, details)


def _clear_faults(world: World, _: Details) -> Any:
    world.faults.clear()
    return []


def _edit(world: World, details: Details) -> Any:
    tenant = world.tenants[int(details["tenant"])]
    removed, changed = (voucher_keys(details.get(name, ())) for name in ("removed", "changed"))
    tenant.edit(removed=removed, changed=changed, year=details.get("year", -1))
    return {"edition": tenant.edition.number}


def _hide(world: World, details: Details) -> Any:
    tenant = world.tenants[int(details["tenant"])]
    (voucher,) = voucher_keys([details["voucher"]])
    in_balances = details.get("in_balances", True)
    tenant.hide_from_sie(voucher, year=details.get("year", -1), in_balances=in_balances)
    return {"edition": tenant.edition.number}


def _attach(world: World, details: Details) -> Any:
    tenant = world.tenants[int(details["tenant"])]
    (voucher,) = voucher_keys([details["voucher"]])
    name, year = details.get("name", "kvitto.pdf"), details.get("year", -1)
    return {"file_id": tenant.attach(voucher, name, year=year)}


def _detach(world: World, details: Details) -> Any:
    tenant = world.tenants[int(details["tenant"])]
    tenant.detach(details["file_id"])
    return {"edition": tenant.edition.number}


def _switch(world: World, details: Details) -> Any:
    tenant = world.tenants[int(details["tenant"])]
    tenant.switch(details["name"], on=details.get("on", True))
    return sorted(tenant.switches)


def _authorize(world: World, details: Details) -> Any:
    code = world.authorize(
        int(details["tenant"]),
        scopes=details.get("scopes", LEDGER_SCOPES),
        service=details.get("service", True),
        redirect_uri=details.get("redirect_uri"),
    )
    return {"code": code}


def _revoke(world: World, details: Details) -> Any:
    world.revoke_consent(int(details["tenant"]))
    return {}


def _advance(world: World, details: Details) -> Any:
    with world.lock:
        world.ahead += dt.timedelta(seconds=details["seconds"])
    return {"now": world.now.isoformat()}


def _calls(world: World, details: Details) -> Any:
    tenant = int(details["tenant"]) if "tenant" in details else None
    return [
        {**call._asdict(), "at": call.at.isoformat(), "query": call.query}
        for call in world.calls.matching(tenant, details.get("path", ""))
    ]


def _clear_calls(world: World, _: Details) -> Any:
    world.calls.clear()
    return []


_ACTIONS: Final[dict[tuple[str, str], Callable[[World, Details], Any]]] = {
    ("GET", ""): _about,
    ("GET", "consent"): oauth.consent,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "edit"): _edit,
    ("POST", "hide"): _hide,
    ("POST", "attach"): _attach,
    ("POST", "detach"): _detach,
    ("POST", "switch"): _switch,
    ("POST", "authorize"): _authorize,
    ("POST", "revoke"): _revoke,
    ("POST", "advance"): _advance,
    ("GET", "calls"): _calls,
    ("DELETE", "calls"): _clear_calls,
}
