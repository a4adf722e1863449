"""What the registry loads when somebody wants to speak to Procountor."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from blocks.systems.ports import Port
from blocks.systems.procountor.block import ProcountorApiKey, ProcountorClient
from blocks.systems.procountor.connector import ProcountorConnector
from blocks.systems.procountor.settings import ProcountorSettings

BLOCKS: Final = (ProcountorApiKey, ProcountorClient)
"""What an operator registers with Prefect."""


def of_client(client: str) -> Port:
    """Return the port by which one client's connections are used."""
    return replace(PORT, connect=ProcountorConnector(client))


PORT: Final = Port(ProcountorSettings, BLOCKS, ProcountorConnector(), of_client=of_client)
