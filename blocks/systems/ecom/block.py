"""The key of one company's feed, or the folder of its files, as a block made in Prefect's UI."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from prefect.blocks.core import Block
from pydantic import Field, HttpUrl, SecretStr

from blocks.held_block import held_block
from ledger.errors import TerminalError

DOCUMENTATION: Final = HttpUrl("https://support.ecomjet.com")


class EcomFeed(Block):
    """How the feed of one company is reached: a key over HTTP, or files in a folder or over SFTP.

    Example:
        Load the stored values::

            from blocks.systems.ecom.block import EcomFeed

            feed = EcomFeed.load("BLOCK_NAME")
    """

    _block_type_name = "Ecom feed"
    _block_type_slug = "ecom-feed"
    _documentation_url = DOCUMENTATION
    _description = "Key of one company's feed in Ecom, or where its files lie."
    model_config: ClassVar[Any] = {"hide_input_in_errors": True}

    key: SecretStr = Field(default=SecretStr(""), description="Key of the feed over HTTP.")
    folder: str = Field(
        default="",
        description="Folder with its files of JSON lines, in place of a key: of this machine, or "
        "on the server of the account below.",
    )
    account: str = Field(
        default="",
        description="Prefect block of type SFTP account, such as sftp-account/ecom, where the "
        "folder is on a server; empty for a folder of this machine.",
    )


class NoFeed(TerminalError):
    """The Prefect block with a company's feed is not there, or is not filled in."""

    sentence = (
        "There is no Prefect block {block} of type Ecom feed with a key or a folder. Make it in "
        "Prefect's UI (Blocks), then `tasma connect ecom {tenant} --block {block}`."
    )


async def feed_block(tenant: str, name: str) -> EcomFeed:
    """Return the block of a tenant's connection.

    Raises:
        NoFeed: It is not there, of another type, or has neither key nor folder.
        CallFailed: Prefect's server, which keeps it, does not answer.
    """
    found = await held_block(name)
    if isinstance(found, EcomFeed) and (
        found.key.get_secret_value() or found.folder or found.account
    ):
        return found
    raise NoFeed(block=name, tenant=tenant)
