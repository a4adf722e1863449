"""Addresses and credentials of Fortnox, from the environment (``TASMA_FORTNOX_*``)."""

from __future__ import annotations

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class FortnoxSettings(BaseSettings):
    """Each with a default that needs none but client id and secret."""

    model_config = SettingsConfigDict(env_prefix="TASMA_FORTNOX_", frozen=True)

    api_url: str = "https://api.fortnox.se"
    """What ``/3/...`` is added to; a simulator's address on one's own machine."""

    oauth_url: str = "https://apps.fortnox.se/oauth-v1"
    """What ``/auth`` and ``/token`` are added to."""

    redirect_uri: str = ""
    """Where Fortnox sends the customer back to, exactly as registered in its Developer Portal."""

    app_block: str = "fortnox-app/default"
    """Type and name of the Prefect block that holds client id and secret."""

    client_id: str = ""
    """For a first try without a block, together with the secret."""

    client_secret: SecretStr = SecretStr("")

    closing_at_first: bool = True
    """Whether a year's first pull asks for the closing balance of each balance account, one call
    each; later ones only when asked to."""


def settings() -> FortnoxSettings:
    """Read the settings anew; cheap, and a test may change the environment at any time."""
    return FortnoxSettings()
