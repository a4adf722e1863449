"""Whether our key comes back, which alone resolves a lost answer; and until then one at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from blocks.hub.outbox import Queued
from blocks.systems.fennoa.calls import Calls, Refusal
from blocks.systems.fennoa.listing import KeyIn, ListFacts, Order, Row, Unread
from blocks.systems.fennoa.memory import PROVEN, TRIED, Memory, list_facts
from blocks.systems.fennoa.prepared import marked
from ledger.invoice.mappings.fennoa.read_back import has_key
from ledger.invoice.mappings.fennoa.terms import KeyField
from ledger.push.events import Postponed

TRIAL_EVERY_S: Final = 30.0
"""How long a document waits for the one that is to prove the key; seconds."""


class Proof:
    """Of one company. `key_field`: in which our key travels."""

    def __init__(self, calls: Calls, memory: Memory, key_field: KeyField) -> None:
        self._calls, self._memory, self.field = calls, memory, key_field
        self._is_there = False

    @property
    def is_there(self) -> bool:
        """Return whether an invoice of ours came back with its key equal."""
        # What was proven once stays so, and is asked for before each call.
        self._is_there = self._is_there or self._memory.facts().get(PROVEN) == self.field
        return self._is_there

    def before(self, queued: Queued) -> Postponed | None:
        """Let one document go ahead; the others wait until it proved the key."""
        if self.is_there:
            return None
        facts = self._memory.facts()
        if facts.get(TRIED, "") not in {"", queued.item.key}:
            return Postponed("key_unproven", TRIAL_EVERY_S)
        self._memory.note(**{TRIED: queued.item.key})
        return None

    def failed(self, queued: Queued) -> None:
        """Let another document go ahead: nothing was made of this one."""
        if self._memory.facts().get(TRIED) == queued.item.key:
            self._memory.note(**{TRIED: ""})

    def holds(self, queued: Queued, header: Row) -> bool:
        """Return whether an invoice has our key."""
        return has_key(header, marked(queued.item.key), self.field)

    async def came_back(self, queued: Queued) -> None:
        """Note that an invoice had our key equal, and where it shows: in the list too, or not."""
        if self.is_there:
            return
        facts = list_facts(self._memory)
        if facts.key_in is KeyIn.UNKNOWN:
            row = await self._row_of(queued.item.target_id, facts)
            is_listed = row is not None and self.holds(queued, row)
            facts = replace(facts, key_in=KeyIn.LIST if is_listed else KeyIn.DETAIL)
        self._memory.note(**facts.stored(), **{PROVEN: self.field, TRIED: ""})

    async def _row_of(self, target_id: str, facts: ListFacts) -> Row | None:
        """Return an invoice's row in the list where it stands on the page that is likely."""
        page = facts.pages if facts.order is Order.OLDEST_FIRST else 1
        rows = await self._calls.rows(f"sales_api/?page={page}")
        if isinstance(rows, Unread | Refusal | dict):
            return None
        headers = (row.get("SalesInvoice") for row in rows)
        of_it = (h for h in headers if isinstance(h, dict) and str(h.get("id")) == target_id)
        return next(of_it, None)
