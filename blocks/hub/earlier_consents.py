"""Consents that an earlier release kept in a file, brought into the hub at first use."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from blocks.hub import models
from blocks.hub.consents import STATE_LIFE, add
from blocks.hub.hub import Hub
from blocks.settings import settings
from ledger.errors import TerminalError

EARLIER_SYSTEM: Final = "fortnox"
"""The one system that the earlier release could connect to."""

_Item = tuple[str, str, dt.datetime]
"""Tenant, state, and when it was handed out."""


def file_of_earlier_release() -> Path:
    """Return where the file was; it is there no more once it has been taken over."""
    return settings().home / "hub" / "consents.json"


def take_over(hub: Hub, system: str = EARLIER_SYSTEM) -> int:
    """Bring in the states of the file, then delete it; return how many there were.

    What the hub knows already, states that are too old and tenants that are gone are left out.

    Raises:
        TerminalError: The file is not one that an earlier release wrote.
    """
    path, now = file_of_earlier_release(), hub.database.now()
    if not path.exists():
        return 0
    with hub.database.writing() as connection:
        # Read under the lock: what another process brings in and spends meanwhile stays spent.
        new = [item for item in _read(path) if _is_new(connection, item, system, now)]
        for tenant, state, at in new:
            add(connection, tenant, system, state=state, expires_at=at + STATE_LIFE)
    path.unlink(missing_ok=True)
    return len(new)


class EarlierConsentsUnreadable(TerminalError):
    """The file of consents that an earlier release waited for cannot be read."""

    sentence = (
        "{path} was expected to hold the consents that an earlier release waited for, and does "
        "not. Delete it, and run the command again: addresses that were handed out before the "
        "upgrade are then made anew."
    )


def _read(path: Path) -> Iterator[_Item]:
    if not path.exists():  # another process has brought it in
        return
    try:
        for tenant, item in json.loads(path.read_text(encoding="utf-8")).items():
            yield tenant, item["state"], dt.datetime.fromisoformat(item["at"])
    except (ValueError, AttributeError, KeyError, TypeError):
        raise EarlierConsentsUnreadable(path=path) from None


def _is_new(connection: Connection, item: _Item, system: str, now: dt.datetime) -> bool:
    tenant, _, at = item
    known, here = models.tenant, models.consent
    is_tenant = select(known.c.id).where(known.c.id == tenant)
    is_there = select(here.c.state).where(here.c.tenant == tenant, here.c.system == system)
    return bool(
        at + STATE_LIFE > now
        and connection.execute(is_tenant).one_or_none()
        and not connection.execute(is_there).one_or_none()
    )
