"""Addresses and credentials of Fortnox, from the environment (``TASMA_FORTNOX_*``)."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from blocks.from_environment import FromEnvironment
from ledger.errors import TerminalError


class FortnoxSettings(FromEnvironment):
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

    document_modules: str = "bookkeeping,suppliers,invoicing"
    """Which of Fortnox's modules documents come from, comma between."""

    closing_at_first: bool = True
    """Whether a year's first pull asks for the closing balance of each balance account, one call
    each; later ones only when asked to."""

    def modules(self, known: Iterable[str]) -> list[str]:
        """Return the modules that documents come from.

        Raises:
            UnknownModules: Another than the known ones is named.
        """
        named = [name.strip() for name in self.document_modules.split(",") if name.strip()]
        if unknown := set(named) - set(known):
            raise UnknownModules(named=", ".join(sorted(unknown)), known=", ".join(known))
        return named


class UnknownModules(TerminalError):
    """A module was named that documents do not come from."""

    sentence = (
        "TASMA_FORTNOX_DOCUMENT_MODULES names {named}; documents come from {known}. Correct the "
        "setting."
    )


def settings() -> FortnoxSettings:
    """Read the settings anew; cheap, and a test may change the environment at any time."""
    return FortnoxSettings()
