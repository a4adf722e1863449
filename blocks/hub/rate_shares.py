"""Shares of a rate that a vendor counts over all our processes, given for a second at a time.

A share of n lets its holder start n calls in any period while it lasts. A call may still count at
the vendor for a while after that (`counts_s`), so whoever asks gets no more than what the shares of
all others, those that ended within that while included, leave of the limit. Whichever period the
vendor looks at, the last of the shares that reach into it was given with all others in view.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database

GENTLE: Final = "gentle "
"""With what the name of a holder begins that leaves nearly all of a rate to others."""

GENTLE_PART: Final = 13
"""Of so many calls one is for all gentle holders together, if there are any."""


@dataclass(frozen=True)
class _Held:
    """What one holder has. `counted`: its largest share that may still count."""

    holder: str
    counted: int
    until: dt.datetime
    waits_since: dt.datetime | None


class RateShares:
    """Gives shares; the database decides, so two processes cannot both have the same calls."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, scope: str, *, holder: str, limit: int, lasts_s: float, counts_s: float) -> int:
        """Give a share that begins now; 0 when nothing is free, and then a place among who waits.

        Everybody who asked lately gets an equal part, the gentle of theirs and all others of the
        rest. Where they are more than the limit has calls, who had a share goes behind those that
        wait.

        Args:
            scope: What the vendor counts together.
            holder: Who asks.
            limit: Most calls in a period, of all holders.
            lasts_s: How long the share lasts; seconds.
            counts_s: How long a call may count after the share by which it was started; seconds.
        """
        with self._database.writing() as connection:
            now = self._database.now()
            others = _held(connection, scope, ended=now - dt.timedelta(seconds=counts_s))
            mine = others.pop(holder, None)
            waits_since = mine.waits_since if mine else None
            had = mine is not None and not waits_since
            calls = _part(holder, limit, others, since=waits_since or now, had=had)
            if calls or not waits_since or (mine and mine.until <= now):
                until = now + dt.timedelta(seconds=lasts_s)
                since = None if calls else waits_since or now
                _note(connection, scope, holder, calls=calls, until=until, waits_since=since)
        return calls

    def leave(self, scope: str, *, holder: str, used: int) -> None:
        """End a holder's shares now. `used`: its calls that may still count."""
        table = models.rate_share
        mine = (table.c.scope == scope, table.c.holder == holder)
        now = self._database.now()
        with self._database.writing() as connection:
            shrink = update(table).where(*mine, table.c.calls > used).values(calls=used)
            connection.execute(shrink)
            connection.execute(update(table).where(*mine, table.c.until > now).values(until=now))


def _part(
    holder: str, limit: int, others: Mapping[str, _Held], *, since: dt.datetime, had: bool
) -> int:
    """Return what a holder gets that waits since a moment; `had`: it has a share, or had one."""
    ahead = sum(1 for held in others.values() if held.waits_since and held.waits_since < since)
    if ahead and had and len(others) >= limit:
        return 0
    free = limit - sum(held.counted for held in others.values()) - ahead
    peers = [name for name in others if _is_gentle(name) == _is_gentle(holder)]
    part, rest = divmod(_whole(holder, limit, others), len(peers) + 1)
    place = sum(1 for name in peers if name < holder)
    return max(min(max(part + (place < rest), 1), free), 0)


def _whole(holder: str, limit: int, others: Mapping[str, _Held]) -> int:
    """Return what is divided among a holder and its like."""
    gentle = max(limit // GENTLE_PART, 1)
    if _is_gentle(holder):
        return gentle
    return limit - gentle if any(map(_is_gentle, others)) else limit


def _is_gentle(holder: str) -> bool:
    return holder.startswith(GENTLE)


def _held(connection: Connection, scope: str, *, ended: dt.datetime) -> dict[str, _Held]:
    """Return what everybody has that may still count, by holder; what cannot is forgotten."""
    table = models.rate_share
    connection.execute(delete(table).where(table.c.scope == scope, table.c.until <= ended))
    columns = (table.c.calls, table.c.until, table.c.waits_since)
    most = (func.max(column) for column in columns)
    query = select(table.c.holder, *most).where(table.c.scope == scope).group_by(table.c.holder)
    return {row[0]: _Held(*row) for row in connection.execute(query)}


def _note(connection: Connection, scope: str, holder: str, **row: object) -> None:
    table = models.rate_share
    waits = (table.c.holder == holder, table.c.waits_since.is_not(None))
    connection.execute(delete(table).where(table.c.scope == scope, *waits))
    connection.execute(insert(table).values(scope=scope, holder=holder, **row))
