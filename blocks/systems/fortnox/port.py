"""What the registry loads when somebody wants to speak to Fortnox."""

from __future__ import annotations

from typing import Final

from blocks.systems.fortnox.block import FortnoxApp, FortnoxTokens
from blocks.systems.fortnox.connector import FortnoxConnector
from blocks.systems.fortnox.ledger import FortnoxLedger
from blocks.systems.fortnox.session import FortnoxSession
from blocks.systems.fortnox.settings import FortnoxSettings
from blocks.systems.ports import DocumentSource, Port

BLOCKS: Final = (FortnoxApp, FortnoxTokens)
"""What an operator registers with Prefect."""


def documents_of(session: FortnoxSession) -> DocumentSource:
    """Return the documents of a session's company."""
    return session.documents


CONNECTOR: Final = FortnoxConnector()
PORT: Final = Port(
    FortnoxSettings,
    BLOCKS,
    CONNECTOR,
    consent=CONNECTOR,
    ledger=FortnoxLedger,
    documents=documents_of,
)
