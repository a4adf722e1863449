"""What the simulated Fennoa holds, for whoever looks: a page, and the same as JSON.

``/_simulator`` is the page, ``/_simulator/state`` the JSON. None of it is Fennoa's.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final

from starlette.responses import HTMLResponse, JSONResponse, Response

from simulators.fennoa.company import Company, Invoice
from simulators.fennoa.world import World

CALLS_SHOWN: Final = 50
STYLE: Final = (
    "body{font-family:sans-serif;margin:2em}table{border-collapse:collapse;margin-bottom:2em}"
    "td,th{border:1px solid #bbb;padding:.3em .6em;text-align:left;vertical-align:top}"
)


def shown(world: World, path: str) -> Response:
    """Answer a path under ``/_simulator``."""
    if path.rstrip("/").endswith("/state"):
        return JSONResponse(_state(world))
    return HTMLResponse(_page(world))


def _state(world: World) -> dict[str, Any]:
    return {
        "habits": asdict(world.habits),
        "faults": {path: list(waiting) for path, waiting in world.faults.waiting.items()},
        "calls": [call._asdict() for call in world.calls[-CALLS_SHOWN:]],
        "companies": {user: _company(world, found) for user, found in world.companies.items()},
    }


def _company(world: World, company: Company) -> dict[str, Any]:
    return {
        "invoices": [_invoice(world, one) for one in company.invoices.values()],
        "customers": list(company.customers.values()),
        "products": company.products,
        "locked": company.locked,
        "delivery_errors": company.delivery_errors,
    }


def _invoice(world: World, invoice: Invoice) -> dict[str, Any]:
    fields = invoice.fields
    return {
        "id": str(invoice.id),
        "number": world.number_of(invoice),
        "kind": "credit note" if invoice.is_credit else "invoice",
        "state": _word(invoice),
        "customer_no": fields["customer_no"],
        "invoice_date": fields["invoice_date"],
        "gross": invoice.totals.shown()["total_gross"],
        "rows": len(invoice.rows),
        "attachments": [one.name for one in invoice.attachments],
        "notes_internal": fields.get("notes_internal", ""),
    }


def _word(invoice: Invoice) -> str:
    if invoice.sent:
        return "sent" if invoice.sent == 1 else f"sent {invoice.sent} times"
    return "draft" if invoice.approved_at is None else "approved"


def _page(world: World) -> str:
    state = _state(world)
    parts = [f"<!doctype html><meta charset=utf-8><title>Simulated Fennoa</title><style>{STYLE}"]
    parts.append("</style><h1>Simulated Fennoa</h1>")
    for user, company in state["companies"].items():
        parts.append(f"<h2>Company of the API user {html.escape(user)}</h2>")
        parts += [_table(name, company[name]) for name in ("invoices", "customers")]
        products = [{"number": n, "name": name} for n, name in company["products"].items()]
        locks = [{"lock": code, "until": day} for code, day in company["locked"].items()]
        parts += [_table("products", products), _table("locked", locks)]
        parts.append(_table("delivery errors", company["delivery_errors"]))
    faults = [{"path": path, "next": ", ".join(map(str, w))} for path, w in state["faults"].items()]
    parts += [_table("faults", faults), _table("last calls", state["calls"][::-1])]
    return "\n".join(parts)


def _table(title: str, rows: Sequence[dict[str, Any]]) -> str:
    head = f"<h3>{html.escape(title.capitalize())}</h3>"
    if not rows:
        return f"{head}<p>None.</p>"
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [_line("th", names)]
    lines += [_line("td", (_text(row.get(name, "")) for name in names)) for row in rows]
    return f"{head}<table>{''.join(lines)}</table>"


def _line(cell: str, texts: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{cell}>{html.escape(text)}</{cell}>' for text in texts)}</tr>"


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
