"""A tenant's route from Spotilla in a hub, with a test's text wherever it comes from outside."""

from __future__ import annotations

import json

from blocks.hub import Connection, Method
from blocks.hub.feeds import NewRecord
from blocks.hub.route_links import RouteLink
from blocks.hub.states import LinkState, LogLevel, TransferState
from blocks.hub.transfers import Transfer
from tasks.spotilla.route import Stage
from tasks.spotilla.switching import request

TASK = "17"
SUBJECT = f"task-{TASK}"


def fill(hub, tenant, text):
    """Fill it; `TASK` waits, is flagged and in the log, and a card is held."""
    made = request(hub, tenant, who=text[:255])
    hub.routes.switch(made.route, Stage.ON, who=text[:255])
    hub.connections.save(Connection(tenant, "spotilla", Method.API_KEY, credential_block="a/b"))
    customer = json.dumps({"id": 1, "name": text[:100], "updated_at": "2026-01-01"})
    hub.feeds.take(tenant, "spotilla", [NewRecord("customer", "1", "customer-1", customer)])
    hub.feeds.failed(tenant, "spotilla", text)
    hub.route_links.put(
        tenant, "spotilla", "customer", [RouteLink("55501", "", LinkState.HELD, note=text)]
    )
    waits = Transfer(
        tenant,
        "spotilla",
        SUBJECT,
        SUBJECT,
        "task",
        0,
        "",
        TransferState.REFUSED,
        code=text[:255],
        detail=text,
    )
    hub.transfers.note(waits)
    hub.transfers.say(waits, level=LogLevel.WARNING, code="rows_left_out", text=text)
