"""A hub that is not there any more: told apart from one that was never made."""

from __future__ import annotations

from glob import escape
from pathlib import Path
from typing import Final

from blocks.hub.errors import HubGone
from blocks.hub.hub import Hub
from blocks.hub.sqlite import SqliteFile
from blocks.published_files import published_in, published_tenants

LOST: Final = "{}.damaged-{:%Y%m%dT%H%M%SZ}"
"""Name of a damaged hub in whose place another was begun."""


def lost_hubs(hub: Hub) -> list[Path]:
    """Return the hubs that were set aside with rows that the present one lacks, oldest first.

    Only a file is set aside: what is in a server is that server's business.
    """
    if not isinstance(hub.database.storage, SqliteFile):
        return []
    path = hub.database.file.path
    return sorted(path.parent.glob(f"{escape(path.name)}.damaged-*Z"))


def opened(hub: Hub) -> Hub:
    """Bring a hub's schema up to date, and make it where nothing was published before.

    Raises:
        HubGone: There are published books, so there was a hub. An empty one in its place would say
            that all is well.
        HubUnusable: As `Hub.migrate`.
    """
    if not hub.database.storage.is_there and (books := published_tenants()):
        where = published_in()
        raise HubGone(path=hub.database.storage.address, books=len(books), warehouse=where)
    return hub.migrate()
