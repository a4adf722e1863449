"""Periods that are locked, asked before an invoice is made and before it is approved."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final

from blocks.hub.outbox import Queued
from blocks.systems.fennoa.calls import Calls, Refusal, postponed
from blocks.systems.fennoa.listing import Row, Unread
from blocks.systems.fennoa.prepared import document_of
from ledger.invoice.mappings.fennoa.locks import check_locks
from ledger.push.events import Barred, Postponed
from ledger.push.items import HoldCode
from ledger.text import joined

LOCKS: Final = "accounting_api/get/locking_periods"
LOCKS_AGE_S: Final = 30.0
"""How long an answer is relied on for drafts, which post nothing yet; seconds."""
NOT_PERMITTED: Final = frozenset({"401", "403"})
"""The API user lacks the role, which preflight says. A broken key is refused by the call itself."""


@dataclass
class Locks:
    """The locks of one company."""

    calls: Calls
    age_s: float = LOCKS_AGE_S
    _read_at: float = field(default=float("-inf"), init=False)
    _rows: list[Row] = field(default_factory=list, init=False)

    async def against(self, queued: Queued, *, is_final: bool) -> Barred | Postponed | None:
        """Return what stands against a document's date; None when nothing does.

        Before what is final they are asked anew, for drafts of one run now and then.

        An API user who may not read accounting is told at preflight, and is refused each invoice
        by Fennoa itself.
        """
        is_old = is_final or time.monotonic() - self._read_at > self.age_s
        if is_old and (trouble := await self._read()):
            return trouble
        document = document_of(queued.document)
        problems = list(check_locks(document, self._rows))
        if not problems:
            return None
        return Barred(HoldCode.LOCKED, joined(*(one.message for one in problems)))

    async def _read(self) -> Postponed | None:
        found = await self.calls.rows(LOCKS)
        if isinstance(found, Refusal) and found.code in NOT_PERMITTED:
            found = []
        if isinstance(found, Unread | Refusal):
            return postponed(found, "locks")
        self._rows = rows_of(found)
        self._read_at = time.monotonic()
        return None


def rows_of(found: list[Row] | Row) -> list[Row]:
    """Return locks as rows of code and value, also where they come as values by code."""
    if isinstance(found, dict):
        return [{"code": code, "value": value} for code, value in found.items()]
    return [row for row in found if isinstance(row, dict)]
