"""What Spotilla's registers say: customers, products and tasks that changed since a cursor."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, Final

from blocks.http import CallFailed
from blocks.hub.feeds import NewRecord
from blocks.systems.ports import FeedPage, MissingFile, Refusal
from blocks.systems.spotilla.api import Api

REGISTERS: Final = {"customer": "customers", "product": "products", "task": "tasks"}
"""Paths by the kind of a record, in the order in which they are read: what a task names is there
before it."""
MARK_CHARS: Final = 40


class SpotillaFeed:
    """See `DocumentFeed`. A record is a state of a customer, product or task, as received.

    The cursor names for each register the newest change that was seen. All pages of a register are
    read, or it stays where it was.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    async def read(self, cursor: str) -> FeedPage:
        """Return what changed since a cursor, and a little of what came before it."""
        marks, records, unreadable = _marks(cursor), list[NewRecord](), list[str]()
        for kind, path in REGISTERS.items():
            async for raw in self._rows(path, marks.get(kind, "")):
                if problem := self._taken(kind, raw, marks, records):
                    unreadable.append(problem)
        text = json.dumps(marks, sort_keys=True)
        return FeedPage(tuple(records), text, unreadable=tuple(unreadable))

    async def file(self, sha256: str) -> bytes | MissingFile:  # noqa: ARG002 - as the port has it
        """Files do not go anywhere (R-SPO-4)."""
        return MissingFile("not_offered", Refusal.FILE, "files of Spotilla are not fetched")

    def _taken(self, kind: str, raw: Any, marks: dict[str, str], records: list[NewRecord]) -> str:
        """Keep a row and its mark; return what is wrong with it, if anything."""
        names = self._api.names
        found = raw if isinstance(raw, dict) else {}
        number = names.value(kind, "id", found)
        changed = names.value(kind, "updated_at", found)
        if number in (None, "") or not isinstance(changed, str) or len(changed) > MARK_CHARS:
            return f"{kind} {len(records) + 1}: it has no id or no time of its last change"
        content = json.dumps(found, sort_keys=True, ensure_ascii=False, default=_exact)
        digest = hashlib.sha256(content.encode()).hexdigest()[:12]
        records.append(NewRecord(kind, f"{number}@{changed}#{digest}", f"{kind}-{number}", content))
        marks[kind] = max(marks.get(kind, ""), changed)
        return ""

    async def _rows(self, register: str, mark: str) -> AsyncIterator[Any]:
        names, chosen = self._api.names, self._api.chosen
        path = names.path(register)
        asked: dict[str, str | int] = {"per_page": chosen.page_size}
        asked["updated_since"] = _before(mark, chosen.overlap_s) if mark else "1970-01-01"
        for number in range(1, chosen.max_pages + 1):
            whole = await self._api.get(path, {**asked, "page": number})
            rows = whole.get(register) if isinstance(whole, dict) else None
            if not isinstance(rows, list):
                raise CallFailed(
                    f"Spotilla's {register} did not come as a list. Try again later.",
                    code="not_a_page",
                )
            for row in rows:
                yield row
            if len(rows) < chosen.page_size:
                return
        raise CallFailed(
            f"Spotilla's {register} have more than {chosen.max_pages} pages; raise "
            "TASMA_SPOTILLA_MAX_PAGES.",
            code="too_many_pages",
        )


def _marks(cursor: str) -> dict[str, str]:
    return {kind: str(mark) for kind, mark in json.loads(cursor).items()} if cursor else {}


def _before(mark: str, seconds: float) -> str:
    """Return a little earlier than a mark; a mark that is no time is asked for as it is."""
    try:
        at = dt.datetime.fromisoformat(mark)
    except ValueError:
        return mark
    earlier = at - dt.timedelta(seconds=seconds)
    return earlier.isoformat().replace("+00:00", "Z")


def _exact(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)
