"""Secrets of the Fortnox integration, as blocks that an operator sees in Prefect's UI."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Final

from prefect.blocks.core import Block
from pydantic import Field, HttpUrl, SecretStr

from blocks.held_block import held_block
from blocks.systems.fortnox.settings import settings
from ledger.errors import TerminalError

DOCUMENTATION: Final = HttpUrl("https://www.fortnox.se/developer/authorization")


class FortnoxApp(Block):
    """The integration itself: client id and secret from Fortnox's Developer Portal.

    One for all tenants.

    Example:
        Load the stored values::

            from blocks.systems.fortnox.block import FortnoxApp

            app = FortnoxApp.load("BLOCK_NAME")
    """

    _block_type_name = "Fortnox app"
    _block_type_slug = "fortnox-app"
    _documentation_url = DOCUMENTATION
    _description = "Client id and secret of the Fortnox integration."

    client_id: str = Field(default="", description="Public id of the integration.")
    client_secret: SecretStr = Field(
        default=SecretStr(""), description="Secret of the integration."
    )


class FortnoxTokens(Block):
    """The tokens of one tenant that is connected by refresh token; written by the program alone.

    The refresh token works once. `revision` counts its renewals and stands beside the hub's.

    Example:
        Load the stored values::

            from blocks.systems.fortnox.block import FortnoxTokens

            tokens = FortnoxTokens.load("BLOCK_NAME")
    """

    _block_type_name = "Fortnox tokens"
    _block_type_slug = "fortnox-tokens"
    _documentation_url = DOCUMENTATION
    _description = "Rotating tokens of one tenant's Fortnox connection."
    model_config: ClassVar[Any] = {"hide_input_in_errors": True}

    refresh_token: SecretStr = Field(
        default=SecretStr(""), description="Works once and for 45 days."
    )
    access_token: SecretStr = Field(default=SecretStr(""), description="Works for an hour.")
    revision: int = Field(default=0, description="How often the pair was renewed.")
    expires_at: dt.datetime | None = Field(
        default=None, description="When the access token runs out, in UTC."
    )


def tokens_name(tenant: str) -> str:
    """Name the block with a tenant's tokens."""
    return f"{tenant}-fortnox"


class NoAppBlock(TerminalError):
    """The Prefect block with client id and secret is not there."""

    sentence = (
        "There is no Prefect block {block}. Make one of type Fortnox app with client id and secret "
        "from Fortnox's Developer Portal, or set TASMA_FORTNOX_CLIENT_ID and "
        "TASMA_FORTNOX_CLIENT_SECRET for a first try."
    )


class NotAnAppBlock(TerminalError):
    """The Prefect block is of another type, or not filled in."""

    sentence = (
        "The Prefect block {block} is no Fortnox app, or lacks client id or secret. Fill it in, or "
        "name another with TASMA_FORTNOX_APP_BLOCK."
    )


async def fortnox_app() -> FortnoxApp:
    """Return client id and secret: of the environment when both are there, else of the block.

    Raises:
        TerminalError: There is neither, or the block is of another type or empty.
        CallFailed: Prefect's server does not answer.
    """
    chosen = settings()
    secret = chosen.client_secret
    if chosen.client_id and secret.get_secret_value():
        return FortnoxApp(client_id=chosen.client_id, client_secret=secret)
    name = chosen.app_block
    found = await held_block(name)
    if found is None:
        raise NoAppBlock(block=name)
    if isinstance(found, FortnoxApp) and found.client_id and found.client_secret:
        return found
    raise NotAnAppBlock(block=name)
