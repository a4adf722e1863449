"""A hub that was restored from a copy: who was at work, signed in or invited then is so no more.

What the hub knew after the copy was made is lost, and others may know it still: a worker its token,
a log or a page the id of a row, another system a step that was taken of a document.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, select, text, update

from blocks.hub import models
from blocks.hub.columns import POSTGRESQL
from blocks.hub.leases import advance_past
from blocks.hub.outbox_log import note
from blocks.hub.outbox_rows import queued_of
from ledger.push.advance import asked
from ledger.push.items import Phase
from ledger.push.stored import write_item

SKIPPED: Final = 1_000_000
"""How many tokens, and ids of each table, are left out: some may have been given after the copy."""

_HIGHER: Final = text("select setval(:sequence, nextval(:sequence) + :more)")
_SEQUENCE: Final = text("select pg_get_serial_sequence(:table, :column)")
_SQLITE_HIGHER: Final = text("update sqlite_sequence set seq = seq + :more where name = :table")
_SQLITE_FIRST: Final = text("insert into sqlite_sequence (name, seq) values (:table, :more)")

RESTORED: Final = (
    "restored from a copy: leases, sessions of the portal and all open links were ended, tokens go "
    "on above {:,}, and {:,} documents on their way to other systems are held"
)


def begin_anew(connection: Connection, now: dt.datetime, *, above: int) -> int:
    """End what was under way when the copy was made; tokens and ids go on above those given.

    A session that was ended and a link that was used after the copy would be good again. A step of
    a document that may have been taken after the copy is not taken once more: a person is asked.

    Returns:
        How many documents are held.
    """
    connection.execute(
        update(models.lease)
        .where(models.lease.c.holder != "")
        .values(holder="", run_id="", expires_at=now)
    )
    link = models.consent_link
    connection.execute(
        update(link)
        .where(link.c.connected_at.is_(None), link.c.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by="restore")
    )
    connection.execute(delete(models.consent_click))
    connection.execute(delete(models.portal_session))
    connection.execute(delete(models.portal_invitation))
    advance_past(connection, above + SKIPPED)
    _skip_ids(connection)
    return _ask_of_documents(connection, now)


def _skip_ids(connection: Connection) -> None:
    """Let no id be given that was given after the copy: it would be another row's."""
    for table in models.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        if connection.dialect.name == POSTGRESQL:
            named = {"table": table.name, "column": column.name}
            sequence = connection.execute(_SEQUENCE, named).scalar_one()
            connection.execute(_HIGHER, {"sequence": sequence, "more": SKIPPED})
        elif table.dialect_options["sqlite"]["autoincrement"]:
            _skip_in_file(connection, table)


def _skip_in_file(connection: Connection, table: Table) -> None:
    more = {"table": table.name, "more": SKIPPED}
    if not connection.execute(_SQLITE_HIGHER, more).rowcount:
        connection.execute(_SQLITE_FIRST, more)


def _ask_of_documents(connection: Connection, now: dt.datetime) -> int:
    """Have each document asked about before a step that the copy may not know of (decision 0020).

    Returns:
        How many are held at once. The others go on, up to such a step.
    """
    table, held = models.outbox_item, 0
    for row in connection.execute(select(table).where(table.c.phase != Phase.DONE)).mappings():
        queued = queued_of(row)
        item = asked(replace(queued.item, asks=True))
        changed: dict[str, Any] = {"item": write_item(item), "phase": item.phase}
        if item.phase is not queued.item.phase:
            held += 1
            changed |= {"due_s": 0.0, "due_epoch": "", "updated_at": now}
            detail = item.hold.detail if item.hold else ""
            step = item.step or ""
            note(connection, queued, "restored", detail, at=now, state=item.state, step=step)
        connection.execute(update(table).where(table.c.id == queued.id).values(changed))
    return held
