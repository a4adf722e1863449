"""A tenant's route from Ecom in a hub, with text of the test's wherever text comes from outside."""

from __future__ import annotations

from decimal import Decimal

from blocks.hub import Connection, Method
from blocks.hub.feeds import NewRecord
from blocks.hub.route_accounts import RouteAccount
from blocks.hub.states import LogLevel, TransferState
from blocks.hub.transfers import Transfer
from tasks.ecom.mode import add_route

DOCUMENT = "p-1"


def fill(hub, tenant, text, *, day=None):
    """Fill it; `DOCUMENT` is refused, flagged and in the log."""
    made = add_route(hub, tenant, who=text[:255])
    hub.routes.set(made.route, {"first_month": "2026-01"}, who=text[:255])
    hub.connections.save(Connection(tenant, "ecom", Method.API_KEY, credential_block="a/b"))
    rows = [RouteAccount(text[:64], Decimal("25.5"), text[:64], text[:64])]
    hub.route_accounts.set(tenant, "ecom", rows, who=text[:255])
    hub.feeds.take(tenant, "ecom", [NewRecord("unreadable", "a", "#unreadable", text)], cursor="1")
    hub.feeds.failed(tenant, "ecom", text)
    transfer = Transfer(
        tenant,
        "ecom",
        DOCUMENT,
        DOCUMENT,
        "purchase_invoice",
        1,
        "memo",
        TransferState.REFUSED,
        code=text[:255],
        detail=text,
        day=day,
    )
    hub.transfers.note(transfer)
    hub.transfers.say(transfer, level=LogLevel.WARNING, code="bank_error_late", text=text)
