"""What the registry loads when somebody wants to speak to Procountor."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from blocks.lake import lake_of
from blocks.settings import settings
from blocks.systems.ports import Port
from blocks.systems.procountor.block import ProcountorApiKey, ProcountorClient
from blocks.systems.procountor.connector import ProcountorConnector
from blocks.systems.procountor.entered import ProcountorKeys
from blocks.systems.procountor.environment import ProcountorEnvironment
from blocks.systems.procountor.ledger import ProcountorLedger
from blocks.systems.procountor.partner_feed import PartnerFeed
from blocks.systems.procountor.register import Register
from blocks.systems.procountor.session import ProcountorSession
from blocks.systems.procountor.settings import ProcountorSettings
from blocks.systems.procountor.target import ProcountorTarget
from blocks.systems.procountor.there import Images, There
from ledger.invoice.pushed.parts import Image, Pushed

BLOCKS: Final = (ProcountorApiKey, ProcountorClient)
"""What an operator registers with Prefect."""


def target_of(session: ProcountorSession) -> ProcountorTarget:
    """Return what pushes into a session's company."""
    tenant, terms = session.connection.tenant, session.terms
    register = Register(session.hub, tenant, session.who.company_id, terms.country, session.api)
    there = There(session.api, terms, session.who, register, _images(tenant))
    return ProcountorTarget(there)


def _images(tenant: str) -> Images:
    """Return what reads images from where their source landed them."""
    lake = lake_of(settings())

    def read(document: Pushed, image: Image) -> bytes | None:
        landed = lake.find(tenant, document.source, image.sha256)
        return lake.read(landed) if landed else None

    return read


def of_client(client: str) -> Port:
    """Return the port by which one client's connections are used."""
    return replace(PORT, connect=ProcountorConnector(client), keys=None)


def partners_of(session: ProcountorSession) -> PartnerFeed:
    """Return what a session's company says of its customers' cards."""
    return PartnerFeed(session)


PORT: Final = Port(
    ProcountorSettings,
    BLOCKS,
    ProcountorConnector(),
    keys=ProcountorKeys(),
    ledger=ProcountorLedger,
    target=target_of,
    feed=partners_of,
    environment=ProcountorEnvironment,
    of_client=of_client,
)
