"""What the registry loads when somebody wants to speak to Spotilla."""

from __future__ import annotations

from typing import Final

from blocks.systems.ports import Port
from blocks.systems.spotilla.block import SpotillaUser
from blocks.systems.spotilla.connector import SpotillaConnector
from blocks.systems.spotilla.customers import SpotillaCustomers
from blocks.systems.spotilla.feed import SpotillaFeed
from blocks.systems.spotilla.session import SpotillaSession, is_main_user
from blocks.systems.spotilla.settings import SpotillaSettings

BLOCKS: Final = (SpotillaUser,)
"""What an operator registers with Prefect."""


def feed_of(session: SpotillaSession) -> SpotillaFeed:
    """Return what the registers of a session's company say."""
    return session.feed


def customers_of(session: SpotillaSession) -> SpotillaCustomers:
    """Return the customers of a session's company."""
    return session.customers


PORT: Final = Port(
    SpotillaSettings,
    BLOCKS,
    SpotillaConnector(),
    feed=feed_of,
    customers=customers_of,
    is_main_user=is_main_user,
)
