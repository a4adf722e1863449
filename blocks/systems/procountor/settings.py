"""Address and pace of Procountor, from the environment (``TASMA_PROCOUNTOR_*``)."""

from __future__ import annotations

from pydantic import NonNegativeFloat, PositiveInt
from pydantic_settings import SettingsConfigDict

from blocks.from_environment import FromEnvironment


class ProcountorSettings(FromEnvironment):
    """Each with a default that needs none; keys and clients lie in Prefect blocks."""

    model_config = SettingsConfigDict(env_prefix="TASMA_PROCOUNTOR_", frozen=True)

    url: str = "https://api.procountor.com/supported/api"
    """What ``/invoices`` is added to: a version that is kept, or a simulator's address."""

    rate: PositiveInt = 40
    """Most calls a second of one client, of all its tenants and of all processes together;
    Procountor may suspend a client that makes more than 60."""

    client_block: str = "procountor-client/default"
    """The block of the client that fetches ledgers, for keys that customers enter themselves."""

    overlap_hours: NonNegativeFloat = 3.0
    """By how much a change list goes back behind the last one: the zone of versions is unknown."""

    counts_period_openings: bool = False
    """Whether TRACKING_PERIOD_OPENING_RECEIPT holds opening balances; it is never a movement."""


def settings() -> ProcountorSettings:
    """Read the settings anew; cheap, and a test may change the environment at any time."""
    return ProcountorSettings()
