"""What the registry loads when somebody wants to hear what Ecom says."""

from __future__ import annotations

from typing import Final

from blocks.systems.ecom.block import EcomFeed
from blocks.systems.ecom.connector import EcomConnector
from blocks.systems.ecom.session import EcomSession, Feed
from blocks.systems.ecom.settings import EcomSettings
from blocks.systems.ports import Port

BLOCKS: Final = (EcomFeed,)
"""What an operator registers with Prefect."""


def feed_of(session: EcomSession) -> Feed:
    """Return what a session's company says."""
    return session.feed


PORT: Final = Port(EcomSettings, BLOCKS, EcomConnector(), feed=feed_of)
