"""The login at an SFTP server, as a block that an operator sees in Prefect's UI."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, ClassVar, Final

from httpx import HTTPError
from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from pydantic import Field, SecretStr, ValidationError

from blocks.held_block import held_block, no_server
from ledger.errors import TerminalError

TYPE_SLUG: Final = "sftp-account"


class SftpAccount(Block):
    """A login at one SFTP server, and the host keys by which the server is known.

    Example:
        Load the stored values::

            from blocks.pickup.account import SftpAccount

            account = SftpAccount.load("BLOCK_NAME")
    """

    _block_type_name = "SFTP account"
    _block_type_slug = TYPE_SLUG
    _description = "Login at an SFTP server, and the host keys by which it is known."
    model_config: ClassVar[Any] = {"hide_input_in_errors": True}

    host: str = Field(default="", max_length=255, description="Name or address of the server.")
    port: int = Field(default=22, ge=1, le=65_535, description="Its port.")
    user: str = Field(default="", max_length=255, description="The login.")
    password: SecretStr = Field(
        default=SecretStr(""), description="The password; empty where a key is used."
    )
    private_key: SecretStr = Field(
        default=SecretStr(""), description="The private key, in OpenSSH's or PEM form."
    )
    passphrase: SecretStr = Field(
        default=SecretStr(""), description="What unlocks the private key; mostly empty."
    )
    host_keys: str = Field(
        default="",
        description="The server's public host keys, one a line as in known_hosts. Write the "
        "present one and the next, so that the server can change over without a gap.",
    )

    @property
    def is_filled_in(self) -> bool:
        """Whether there is a server, a login and something to prove it with."""
        secrets = (self.password, self.private_key)
        return bool(self.host and self.user and any(item.get_secret_value() for item in secrets))

    @property
    def server(self) -> str:
        """Host and port, as messages name them."""
        return f"{self.host}:{self.port}"


class NoAccountBlock(TerminalError):
    """The Prefect block with the login is not there."""

    sentence = (
        "There is no Prefect block {block}. Make one of type SFTP account with host, user, "
        "password or private key, and the server's host keys (`tasma sftp test TENANT` shows them)."
    )


class NotAnAccountBlock(TerminalError):
    """The Prefect block is of another type, or not filled in."""

    sentence = (
        "The Prefect block {block} is no SFTP account, or lacks host, user, or both password and "
        "private key. Fill it in, or agree on another with `tasma sftp set TENANT`."
    )


async def sftp_account(name: str) -> SftpAccount:
    """Return the login that a block holds; `name`: type and name, ``sftp-account/acme``.

    Raises:
        NoAccountBlock: There is none.
        NotAnAccountBlock: It is of another type or not filled in.
        CallFailed: Prefect's server does not answer.
    """
    found = await held_block(name)
    if found is None:
        raise NoAccountBlock(block=name)
    if isinstance(found, SftpAccount) and found.is_filled_in:
        return found
    raise NotAnAccountBlock(block=name)


async def sftp_accounts() -> dict[str, SftpAccount]:
    """Return all logins that are filled in, by type and name of their blocks.

    One call, where `sftp_account` asks for each login: Prefect's server gives all blocks of a type
    at once, and knows no pages of them.

    Raises:
        CallFailed: Prefect's server does not answer.
    """
    found: dict[str, SftpAccount] = {}
    async with get_client() as client:
        try:
            documents = await client.read_block_documents_by_type(TYPE_SLUG)
        except (HTTPError, RuntimeError) as problem:
            raise no_server("load the logins", problem) from None
    for document in documents:
        with suppress(ValidationError):  # of its own tenant alone, as `sftp_account` says
            account = SftpAccount.model_validate(document.data)
            if account.is_filled_in:
                found[f"{TYPE_SLUG}/{document.name}"] = account
    return found
