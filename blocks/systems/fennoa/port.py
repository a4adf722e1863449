"""What the registry loads when somebody wants to speak to Fennoa."""

from __future__ import annotations

from typing import Final

from blocks.systems.fennoa.block import FennoaApiUser
from blocks.systems.fennoa.connector import FennoaConnector
from blocks.systems.fennoa.entered import FennoaKeys
from blocks.systems.fennoa.ledger import FennoaLedger
from blocks.systems.fennoa.session import FennoaSession
from blocks.systems.fennoa.settings import FennoaSettings
from blocks.systems.fennoa.target import FennoaTarget
from blocks.systems.ports import Port

BLOCKS: Final = (FennoaApiUser,)
"""What an operator registers with Prefect."""


def target_of(session: FennoaSession) -> FennoaTarget:
    """Return what pushes into a session's company."""
    return session.target


PORT: Final = Port(
    FennoaSettings,
    BLOCKS,
    FennoaConnector(),
    keys=FennoaKeys(),
    ledger=FennoaLedger,
    target=target_of,
)
