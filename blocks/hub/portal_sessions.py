"""Sessions of the portal: on this side alone, so that they can be ended."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import delete, insert, or_, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.handed_out import hash_of, new_secret
from blocks.hub.portal_users import User, user_of_row

SESSION_LIFE: Final = dt.timedelta(hours=12)
IDLE_LIMIT: Final = dt.timedelta(hours=2)
"""How long a session lasts that nobody uses."""
NOTED_EVERY: Final = dt.timedelta(minutes=5)
"""A use is written down this often at most: reading a page should not be a write."""


class PortalSessions:
    """Who is signed in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, user: User) -> str:
        """Begin a session and return its secret, of which only the hash is kept."""
        token, now = new_secret(), self._database.now()
        table = models.portal_session
        row = {
            "token_hash": hash_of(token),
            "user_id": user.id,
            "created_at": now,
            "seen_at": now,
        }
        old = or_(table.c.created_at <= now - SESSION_LIFE, table.c.seen_at <= now - IDLE_LIMIT)
        with self._database.writing() as connection:
            connection.execute(delete(table).where(old))
            connection.execute(insert(table).values(row))
        return token

    def user_of(self, token: str) -> User | None:
        """Return whose session this is; None when it is over or was none."""
        table, users, now = models.portal_session, models.portal_user, self._database.now()
        here = table.c.token_hash == hash_of(token)
        query = (
            select(users, table.c.seen_at)
            .join(table, table.c.user_id == users.c.id)
            .where(
                here,
                table.c.created_at > now - SESSION_LIFE,
                table.c.seen_at > now - IDLE_LIMIT,
            )
        )
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            return None
        if row["seen_at"] <= now - NOTED_EVERY:
            with self._database.writing() as connection:
                connection.execute(update(table).where(here).values(seen_at=now))
        return user_of_row(row)

    def end(self, token: str) -> None:
        """End a session."""
        table = models.portal_session
        with self._database.writing() as connection:
            connection.execute(delete(table).where(table.c.token_hash == hash_of(token)))
