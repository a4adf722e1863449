"""The log of each document of the outbox, which is only added to."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Update, bindparam, insert, select, update

from blocks.hub import models
from blocks.hub.outbox_rows import Queued
from ledger.push.events import Begun, Event
from ledger.push.items import Item
from ledger.push.kinds import Learned

LINE: Final = insert(models.outbox_event)
"""Built once: to build a statement takes longer than SQLite takes to execute it."""

CONTENTS_KEPT: Final = 20
"""Contents in a document's log; a source that changes one without end must not fill the hub."""

_FACT: Final = re.compile(r"(?:^|, )(?=[a-z0-9_]+=)")
"""Where a fact begins in the text of a line."""


def _drop() -> Update:
    log = models.outbox_event
    has_content = (log.c.item_id == bindparam("item")) & (log.c.content != "")
    newest = select(log.c.id).where(has_content).order_by(log.c.id.desc()).limit(CONTENTS_KEPT)
    return update(log).where(has_content, log.c.id.not_in(newest)).values(content="")


DROP: Final = _drop()


@dataclass(frozen=True)
class LogLine:
    """One line of a document's log.

    `content`: as JSON, that of the document and its files which was replaced, or came too late.
    """

    at: dt.datetime
    kind: str
    state: str
    step: str
    detail: str
    run_id: str
    content: str = ""

    @property
    def facts(self) -> dict[str, str]:
        """Return what `log_event` noted of the event, by name; other text is `detail`."""
        parts = (part.partition("=") for part in _FACT.split(self.detail) if part)
        return dict((name, value) if sign else ("detail", name) for name, sign, value in parts)


def log_event(
    connection: Connection,
    before: Queued,
    event: Event,
    item: Item,
    *,
    at: dt.datetime,
    run_id: str = "",
    content: str = "",
) -> None:
    """Note what happened to a document, and where it stands now, within a transaction."""
    kind = type(event).__name__.lower()
    facts = {name: value for name, value in vars(event).items() if value not in ("", None, (), {})}
    if isinstance(event, Begun):
        facts["request"] = facts.pop("request_digest", "")[:16]
    if item.hold:
        facts["hold"] = f"{item.hold.code} {item.hold.detail}".strip()
    detail = ", ".join(f"{name}={_shown(value)}" for name, value in sorted(facts.items()))
    step = before.item.step or ""
    after: dict[str, Any] = {"state": item.state, "step": step, "run_id": run_id}
    note(connection, before, kind, detail, at=at, content=content, **after)


def note(
    connection: Connection,
    queued: Queued,
    kind: str,
    detail: str,
    *,
    at: dt.datetime,
    state: str = "",
    step: str = "",
    run_id: str = "",
    content: str = "",
) -> None:
    """Add a line to a document's log, within a transaction.

    Of the contents in it the newest `CONTENTS_KEPT` stay.
    """
    row = {"tenant": queued.tenant, "item_id": queued.id, "at": at}
    row |= {"kind": kind, "detail": detail, "run_id": run_id, "step": step}
    row["content"] = content
    row["state"] = state or queued.item.state
    connection.execute(LINE, row)
    if content:
        connection.execute(DROP, {"item": queued.id})


def read_log(connection: Connection, queued: Queued) -> list[LogLine]:
    """Return a document's log, oldest first."""
    table = models.outbox_event
    query = select(table).where(table.c.item_id == queued.id).order_by(table.c.id)
    return [
        LogLine(row.at, row.kind, row.state, row.step, row.detail, row.run_id, row.content)
        for row in connection.execute(query)
    ]


def _shown(value: object) -> str:
    match value:
        case frozenset():
            return " ".join(sorted(map(str, value)))
        case dict():
            return " ".join(sorted(map(str, value)))  # what was read stays with the document
        case tuple():
            return " ".join(_learned(one) for one in value)
    return str(value)


def _learned(one: object) -> str:
    if isinstance(one, Learned):
        return f"{one.kind}:{one.source_id}={one.target_id or one.target_number}"
    return str(one)
