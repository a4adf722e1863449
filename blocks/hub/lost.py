"""A hub that is not there any more: told apart from one that was never made."""

from __future__ import annotations

from blocks.hub.errors import HubGone
from blocks.hub.hub import Hub
from blocks.published_files import published_tenants
from blocks.settings import settings


def opened(hub: Hub) -> Hub:
    """Bring a hub's schema up to date, and make it where nothing was published before.

    Raises:
        HubGone: There are published books, so there was a hub. An empty one in its place would say
            that all is well.
        HubUnusable: As `Hub.migrate`.
    """
    if not hub.database.storage.is_there and (books := published_tenants()):
        raise HubGone(
            path=hub.database.storage.address, books=len(books), warehouse=settings().warehouse
        )
    return hub.migrate()
