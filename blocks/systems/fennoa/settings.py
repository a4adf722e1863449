"""Address and pace of Fennoa, from the environment (``TASMA_FENNOA_*``)."""

from __future__ import annotations

from typing import Literal

from pydantic import PositiveInt
from pydantic_settings import BaseSettings, SettingsConfigDict


class FennoaSettings(BaseSettings):
    """Each with a default that needs none; user and key lie in a Prefect block."""

    model_config = SettingsConfigDict(env_prefix="TASMA_FENNOA_", frozen=True)

    url: str = "https://app.fennoa.com/api"
    """What ``/sales_api/...`` is added to; a simulator's address on one's own machine."""

    rate: PositiveInt = 5
    """Most calls a second of all tenants, pulls and pushes and processes together."""

    rate_scope: Literal["everybody", "user"] = "everybody"
    """Whether the rate is of everybody or of each API user; Fennoa's page does not say what it
    counts."""

    asks_results: bool = True
    """Whether accounts of the income statement are asked for their balance too. Fennoa's page does
    not say that it begins at zero every year; where it does not, every first pull would be held."""


def settings() -> FennoaSettings:
    """Read the settings anew; cheap, and a test may change the environment at any time."""
    return FennoaSettings()
