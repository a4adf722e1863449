"""A hub that was restored from a copy: who was at work, signed in or invited then is so no more."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import Connection, delete, update

from blocks.hub import models
from blocks.hub.leases import advance_past

RESTORED: Final = (
    "restored from a backup: leases, sessions of the portal and all open links were ended, and "
    "tokens go on above {:,}"
)


def begin_anew(connection: Connection, now: dt.datetime, *, above: int) -> None:
    """End what was under way when the copy was made; tokens go on above those that have acted.

    A session that was ended and a link that was used after the copy would be good again.
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
    advance_past(connection, above)
