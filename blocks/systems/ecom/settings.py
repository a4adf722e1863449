"""Address and pace of Ecom's feed, from the environment (``TASMA_ECOM_*``)."""

from __future__ import annotations

from pydantic import Field, PositiveInt
from pydantic_settings import SettingsConfigDict

from blocks.from_environment import FromEnvironment


class EcomSettings(FromEnvironment):
    """Each with a default that needs none; the key lies in a Prefect block."""

    model_config = SettingsConfigDict(env_prefix="TASMA_ECOM_", frozen=True)

    url: str = "https://feed.ecom.invalid/api"
    """What ``/feed`` is added to; a simulator's address on one's own machine. Ecom has published
    none, so this one leads nowhere until it is set."""

    rate: PositiveInt = 10
    """Most calls a second of this process, of all tenants together."""

    page_size: int = Field(default=500, ge=1, le=500)
    """Items of one page."""


def settings() -> EcomSettings:
    """Read the settings anew; cheap, and a test may change the environment at any time."""
    return EcomSettings()
