"""Looking and steering from outside, under /_simulator: none of it is Procountor's."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from simulators.procountor.acts import act
from simulators.procountor.answers import HTML_TYPE, Answer, Request, json_answer
from simulators.procountor.world import World

Details = Mapping[str, Any]


def serve(world: World, request: Request) -> Answer:
    """Answer a request under /_simulator; what cannot be done is a 400 that says why."""
    path = request.path.removeprefix("/_simulator").strip("/")
    action = ACTIONS.get(f"{request.method} {path}".strip())
    if action is None:
        return json_answer({"known": sorted(ACTIONS)}, status=404)
    try:
        details = {
            **dict(request.query),
            **(json.loads(request.body, parse_float=Decimal) if request.body else {}),
        }
        with world.lock:
            answer = action(world, details)
    except (KeyError, TypeError, ValueError) as problem:
        return json_answer({"problem": f"{type(problem).__name__}: {problem}"}, status=400)
    if isinstance(answer, str):
        return Answer(200, answer.encode(), f"{HTML_TYPE}; charset=utf-8")
    return json_answer(answer)


def page(world: World, _: Details) -> str:
    """Give a page of what is held, for whoever looks with a browser."""
    parts = [_environment(world, number) for number in world.companies]
    return f"<!doctype html><title>Simulated Procountor</title>{''.join(parts)}"


def _environment(world: World, number: int) -> str:
    company = world.companies[number]
    invoices = [
        (i.id, i.type, i.status, i.number, i.body.get("originalInvoiceNumber") or "")
        for i in company.invoices.values()
        if not i.is_hidden
    ]
    partners = [
        (r.id, r.body["type"], r.body["name"], world.stamp(r.version))
        for r in company.partners.values()
    ]
    receipts = [
        (r.id, r.type, r.status, str(r.date), r.invoice_id or "", len(r.rows))
        for r in company.receipts.values()
    ]
    title = f"{html.escape(company.name)} ({company.id}, {html.escape(company.business_id)})"
    return (
        f"<h1>{title}</h1>"
        + _table("Partners", ("id", "type", "name", "version"), partners)
        + _table("Invoices", ("id", "type", "status", "number", "original"), invoices)
        + _table("Receipts", ("id", "type", "status", "date", "invoice", "rows"), receipts)
    )


def _table(title: str, names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in names)
    lines = (
        "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows[-SHOWN_MAX:]
    )
    return f"<h2>{title}: {len(rows)}</h2><table border=1><tr>{head}</tr>{''.join(lines)}</table>"


SHOWN_MAX: Final = 200
"""A table of the page shows the newest so many rows."""


def _about(world: World, _: Details) -> Any:
    return {
        "now": world.now.isoformat(),
        "companies": [
            {"id": c.id, "name": c.name, "business_id": c.business_id}
            for c in world.companies.values()
        ],
        "keys": [
            {"company": key.company_id, "client": key.client_id, "revoked": key.is_revoked}
            for key in world.keys.values()
        ],
    }


def _help(_: World, __: Details) -> Any:
    return sorted(ACTIONS)


def _faults(world: World, _: Details) -> Any:
    return {pattern: list(faults) for pattern, faults in world.faults.waiting.items() if faults}


def _add_faults(world: World, details: Details) -> Any:
    world.faults.add(details["pattern"], *details["faults"])
    return _faults(world, details)


def _clear_faults(world: World, _: Details) -> Any:
    world.faults.clear()
    return {}


def _advance(world: World, details: Details) -> Any:
    world.advance(float(details["seconds"]))
    return {"now": world.now.isoformat()}


def _calls(world: World, details: Details) -> Any:
    return [
        {"method": call.method, "path": call.path, "query": call.query, "status": call.status}
        for call in world.matching(details.get("path", ""))
    ]


def _act(world: World, details: Details) -> Any:
    return act(world, dict(details))


def _key(world: World, details: Details) -> Any:
    key = world.add_key(int(details["company"]), client_id=details["client_id"])
    return {"api_key": key.text}


def _revoke(world: World, details: Details) -> Any:
    world.revoke(world.keys[details["api_key"]])
    return {}


ACTIONS: Final[dict[str, Callable[[World, Details], Any]]] = {
    "GET": page,
    "GET help": _help,
    "GET about": _about,
    "GET faults": _faults,
    "POST faults": _add_faults,
    "DELETE faults": _clear_faults,
    "POST advance": _advance,
    "GET calls": _calls,
    "POST act": _act,
    "POST key": _key,
    "POST revoke": _revoke,
}
"""What can be asked."""
