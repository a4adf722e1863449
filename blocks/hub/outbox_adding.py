"""Queueing documents, and what is remembered for ever of those that were pushed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, and_, bindparam, insert, select, update

from blocks.hub import models
from blocks.hub.outbox_log import note
from blocks.hub.outbox_rows import NewDocument, hashed, of, queued_of, row_of
from blocks.hub.outbox_waits import open_waits, why_never
from ledger.push.items import Item, Phase
from ledger.push.stored import read_item, write_item

SENT: Mapping[bool, str] = {
    False: "another content came after something of it was sent",
    True: "it was pushed before its tenant was erased, or before the hub was restored",
}


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
        note(connection, before, "changed", "another content came after it was sent", at=now)
        return "refused", SENT[False]
    if why := _why_never(connection, tenant, target, new):
        return "refused", why
    item = replace(
        before.item,
        steps=new.steps,
        phase=Phase.READY,
        hold=None,
        answer_code="",
        waits_for=new.waits_for,
    )
    values = row_of(new) | _at_once(item) | {"updated_at": now}
    connection.execute(update(table).where(here).values(values))
    open_waits(connection, before.id, tenant, target, new.waits_for)
    _receive(connection, tenant, target, new, now=now)
    note(connection, before, "replaced", f"digest {before.digest[:16]} before", at=now)
    return "replaced", ""


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
