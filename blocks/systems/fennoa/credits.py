"""The number of the invoice that a credit note corrects: Fennoa gives it at approval."""

from __future__ import annotations

from typing import Final

from blocks.hub.outbox import Queued
from blocks.systems.fennoa.calls import Calls, Refusal, postponed
from blocks.systems.fennoa.listing import Unread
from blocks.systems.fennoa.prepared import document_of
from ledger.push.events import Barred, Postponed
from ledger.push.items import HoldCode
from ledger.push.kinds import PushKind

CREDITED_NO: Final = "credited_no"
AWAITED: Final = "credited_number_awaited"
"""The code of a credit note that waits for its original's approval."""


class Credits:
    """The credit notes of one company. `every_s`: between two looks for a number; seconds."""

    def __init__(self, calls: Calls, every_s: float) -> None:
        self._calls, self._every_s = calls, every_s

    async def before(self, queued: Queued) -> dict[str, str] | Barred | Postponed:
        """Return the number of what a document credits; nothing where it credits nothing."""
        credited = document_of(queued.document).credited
        if credited is None or credited.number:
            return {}
        original = next(
            (one for one in queued.item.learned if one.kind is PushKind.SALES_INVOICE), None
        )
        if original is None:
            return {}
        if original.target_number:
            return {CREDITED_NO: original.target_number}
        found = await self._calls.rows(f"sales_api/{original.target_id}")
        if found is Unread.ABSENT:
            return Barred(HoldCode.ORIGINAL, "what it credits is not there any more")
        if isinstance(found, Unread | Refusal):
            return postponed(found, "original")
        header = found.get("SalesInvoice") if isinstance(found, dict) else None
        number = header.get("invoice_no") if isinstance(header, dict) else None
        return {CREDITED_NO: str(number)} if number else Postponed(AWAITED, self._every_s)
