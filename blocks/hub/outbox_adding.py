"""Queueing documents, and what is remembered for ever of those that were pushed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Final

from sqlalchemy import Connection, and_, bindparam, insert, select, update

from blocks.hub import models
from blocks.hub.outbox_log import log_event, note
from blocks.hub.outbox_rows import (
    NewDocument,
    Queued,
    QueuedFile,
    hashed,
    of,
    queued_of,
    row_of,
)
from blocks.hub.outbox_waits import open_waits, why_never
from ledger.push.advance import Rules, advance
from ledger.push.changes import differing
from ledger.push.events import Changed
from ledger.push.items import Clock, Item, Phase
from ledger.push.kinds import PushKind
from ledger.push.stored import read_item, write_item

SENT: Mapping[bool, str] = {
    False: "another content came after something of it was sent",
    True: "it was pushed before its tenant was erased, or before the hub was restored",
}


CARDS: Final = frozenset({PushKind.PARTNER, PushKind.PRODUCT})

NO_MOMENT: Final = Clock(0.0, "")
"""On nobody's clock: that another content came is no matter of time."""

KEYS = models.pushed_key
KNOWN_KEY: Final = select(KEYS.c.target).where(
    KEYS.c.target == bindparam("target"), KEYS.c.key_sha256 == bindparam("key")
)


def add_document(
    connection: Connection, tenant: str, target: str, new: NewDocument, *, now: dt.datetime
) -> tuple[str, str]:
    """Queue a document, within a transaction: what became of it, and why it was refused."""
    table = models.outbox_item
    here = and_(of(tenant, target), table.c.key == new.key)
    row = connection.execute(select(table).where(here)).mappings().one_or_none()
    if row is None:
        return _add_new(connection, tenant, target, new, now=now)
    before = queued_of(row)
    if before.digest == new.digest:
        return "known", ""
    if not _is_untouched(before.item):
        _came_late(connection, before, new, now=now)
        return "refused", SENT[False]
    if why := _why_never(connection, tenant, target, new):
        return "refused", why
    item = replace(
        before.item,
        steps=new.steps,
        phase=Phase.READY,
        hold=None,
        answer_code="",
        changed="",
        waits_for=new.waits_for,
    )
    values = row_of(new) | _at_once(item) | {"updated_at": now}
    connection.execute(update(table).where(here).values(values))
    open_waits(connection, before.id, tenant, target, new.waits_for)
    _receive(connection, tenant, target, new, now=now)
    fields = " ".join(_differing(before, new))
    detail = f"digest={before.digest[:16]}" + (f", fields={fields}" if fields else "")
    was = _content(before.document, before.files)
    note(connection, before, "replaced", detail, at=now, content=was)
    return "replaced", ""


def _came_late(
    connection: Connection, before: Queued, new: NewDocument, *, now: dt.datetime
) -> None:
    """Raise an alarm that another content came after something was sent, once for each content.

    A card that changes is none: whatever is sent goes by the card that is there.
    """
    if new.kind in CARDS:
        return
    event = Changed(new.digest, _differing(before, new))
    item, _ = advance(before.item, event, rules=Rules(), now=NO_MOMENT)
    if item == before.item:
        return
    # When there is next something to do stays as it was, unless a person has to come first.
    due = _at_once(item) if item.hold != before.item.hold else {"item": write_item(item)}
    here = models.outbox_item.c.id == before.id
    connection.execute(update(models.outbox_item).where(here).values(due | {"updated_at": now}))
    content = _content(new.document, new.files)
    log_event(connection, before, event, item, at=now, content=content)


def _differing(before: Queued, new: NewDocument) -> tuple[str, ...]:
    files = ("files",) if before.files != new.files else ()
    return (*differing(before.document, new.document), *files)


def _content(document: str, files: Sequence[QueuedFile]) -> str:
    whole = {"document": json.loads(document), "files": [asdict(file) for file in files]}
    return json.dumps(whole, ensure_ascii=False)


def _add_new(
    connection: Connection, tenant: str, target: str, new: NewDocument, *, now: dt.datetime
) -> tuple[str, str]:
    if is_pushed(connection, target, new.key):
        return "refused", SENT[True]
    if why := _why_never(connection, tenant, target, new):
        return "refused", why
    item = Item(new.key, new.steps, waits_for=new.waits_for)
    values = row_of(new) | _at_once(item) | {"tenant": tenant, "target": target}
    values |= {"created_at": now, "updated_at": now}
    added = connection.execute(insert(models.outbox_item).values(values)).inserted_primary_key
    if new.waits_for and added:
        open_waits(connection, added[0], tenant, target, new.waits_for)
    _receive(connection, tenant, target, new, now=now)
    return "added", ""


def _receive(
    connection: Connection, tenant: str, target: str, new: NewDocument, *, now: dt.datetime
) -> None:
    """Note that a content was taken in; its row of the outbox may change, this one never."""
    row = {"tenant": tenant, "target": target, "key": new.key, "at": now}
    row |= {"route": new.route, "trigger": new.trigger, "sums": new.sums_text}
    connection.execute(insert(models.outbox_received).values(row))


def _why_never(connection: Connection, tenant: str, target: str, new: NewDocument) -> str:
    here = (new.kind, new.source_id)
    return why_never(connection, tenant, target, here, new.waits_for)


def _is_untouched(item: Item) -> bool:
    """Return whether nothing of a document can be there."""
    return not item.token or (item.phase is Phase.REJECTED and not item.finished)


def _at_once(item: Item) -> dict[str, object]:
    return {
        "item": write_item(item),
        "phase": item.phase,
        "target_id": item.target_id,
        "due_s": 0.0,
        "due_epoch": "",
    }


def is_pushed(connection: Connection, target: str, key: str) -> bool:
    """Return whether a key was noted for ever."""
    here = {"target": target, "key": hashed(key)}
    return connection.execute(KNOWN_KEY, here).first() is not None


def remember_key(connection: Connection, target: str, key: str, target_id: str) -> None:
    """Note for ever that a document was pushed, or may have been, within a transaction."""
    row = {"target": target, "key_sha256": hashed(key), "target_id_sha256": hashed(target_id)}
    if not is_pushed(connection, target, key):
        connection.execute(insert(KEYS), row)


def remember_tenant(connection: Connection, tenant: str) -> None:
    """Note whatever of a tenant was sent and may be there, before its outbox is erased."""
    table = models.outbox_item
    query = select(table).where(table.c.tenant == tenant, table.c.target_id == "")
    for row in connection.execute(query).mappings().all():
        item = read_item(row["item"])
        if item.token and not _is_untouched(item):
            remember_key(connection, row["target"], item.key, "")
