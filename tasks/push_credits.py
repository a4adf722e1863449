"""Credit notes whose original will not come: a person is told, and they stop waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from blocks.hub import Hub
from blocks.hub.outbox import Queued, UnknownDocument
from ledger.push.events import Barred
from ledger.push.items import HoldCode, Phase
from ledger.push.kinds import PushKind

MAX_LOOKED_AT: Final = 1_000
"""Waiting documents that a run looks at, oldest first."""


def bar_credits(
    hub: Hub, tenant: str, system: str, apply: Callable[[Queued, Barred], Queued]
) -> list[Queued]:
    """Hold the invoices that wait for one which was rejected, or which is not there any more."""
    return [
        apply(queued, Barred(HoldCode.ORIGINAL, why))
        for queued in hub.outbox.waiting(tenant, system, limit=MAX_LOOKED_AT)
        if queued.kind is PushKind.SALES_INVOICE and (why := _why_never(hub, queued))
    ]


def _why_never(hub: Hub, queued: Queued) -> str:
    for one in queued.item.waits_for:
        try:
            original = hub.outbox.find(queued.tenant, queued.target, one.source_id, one.kind)
        except UnknownDocument:
            continue  # it may come yet
        if original.item.phase is Phase.REJECTED:
            return "what it credits was rejected"
        if original.item.hold and original.item.hold.code is HoldCode.GONE:
            return "what it credits is not there any more"
    return ""
