"""Address and pace of Spotilla, from the environment (``TASMA_SPOTILLA_*``)."""

from __future__ import annotations

from pydantic import Field, PositiveInt
from pydantic_settings import SettingsConfigDict

from blocks.from_environment import FromEnvironment


class SpotillaSettings(FromEnvironment):
    """Each with a default that needs none; the user lies in a Prefect block."""

    model_config = SettingsConfigDict(env_prefix="TASMA_SPOTILLA_", frozen=True)

    url: str = "https://api.spotilla.fi/api/v3"
    """What ``/login`` and the registers' paths are added to; a simulator's on one's own machine."""

    rate: PositiveInt = 5
    """Most calls a second of this process, of all tenants together."""

    page_size: int = Field(default=100, ge=1, le=100)
    """Records of one page."""

    max_pages: int = Field(default=2_000, ge=1)
    """Most pages of one register in one reading."""

    overlap_s: float = Field(default=120.0, ge=0)
    """So much of what was read already is asked for once more: seconds."""


def settings() -> SpotillaSettings:
    """Read the settings anew; cheap, and a test may change the environment at any time."""
    return SpotillaSettings()
