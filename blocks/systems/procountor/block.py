"""An API key of one company for one client, and the client, as blocks that an operator makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, TypeVar

from prefect.blocks.core import Block
from pydantic import Field, HttpUrl, SecretStr, ValidationError

from blocks.held_block import held_block
from ledger.errors import TerminalError
from ledger.invoice.mappings.procountor.terms import Terms
from ledger.wrong_field import wrong_field

DOCUMENTATION: Final = HttpUrl("https://dev.procountor.com/m2m-authentication/")

Kind = TypeVar("Kind", bound=Block)


class ProcountorClient(Block):
    """An API client that Procountor registered for us; all tenants that use it share its rate.

    Example:
        Load the stored values::

            from blocks.systems.procountor.block import ProcountorClient

            client = ProcountorClient.load("BLOCK_NAME")
    """

    _block_type_name = "Procountor client"
    _block_type_slug = "procountor-client"
    _documentation_url = DOCUMENTATION
    _description = "API client of ours in Procountor, with its secret."
    model_config: ClassVar[Any] = {"hide_input_in_errors": True}

    client_id: str = Field(default="", description="Client identifier, letter by letter.")
    client_secret: SecretStr = Field(default=SecretStr(""), description="Its secret.")
    redirect_uri: str = Field(
        default="", description="As registered; empty where Procountor does not ask for it."
    )


class ProcountorApiKey(Block):
    """An API key that a user of one company made for one client, and what is agreed with them.

    Example:
        Load the stored values::

            from blocks.systems.procountor.block import ProcountorApiKey

            key = ProcountorApiKey.load("BLOCK_NAME")
    """

    _block_type_name = "Procountor API key"
    _block_type_slug = "procountor-api-key"
    _documentation_url = DOCUMENTATION
    _description = "API key of one company in Procountor for one client, with its terms."
    model_config: ClassVar[Any] = {"hide_input_in_errors": True}

    client_block: str = Field(
        default="", description="Block of the client, such as procountor-client/ecom."
    )
    api_key: SecretStr = Field(
        default=SecretStr(""), description="The key, which Procountor shows once."
    )
    terms: dict[str, Any] = Field(
        default_factory=dict,
        description="What is agreed with the company (docs/systems/procountor.md).",
    )


class NoApiKey(TerminalError):
    """A Prefect block of a tenant's Procountor connection is not there, or is not filled in."""

    sentence = (
        "There is no Prefect block {block} of type {kind} that is filled in. Make it in Prefect's "
        "UI (Blocks), then `tasma connect procountor {tenant}` once more."
    )


class WrongAgreement(TerminalError):
    """The terms in a key's block are not ones that can be kept."""

    sentence = "The terms in the Prefect block {block} are wrong: {reason}. Correct them there."


@dataclass(frozen=True)
class Credentials:
    """What opens one company for one client."""

    client: ProcountorClient
    key: ProcountorApiKey
    terms: Terms


async def credentials(tenant: str, name: str) -> Credentials:
    """Return what the blocks of a tenant's connection hold.

    Raises:
        NoApiKey: One of the two is not there, of another type, or lacks a value.
        WrongAgreement: The terms cannot be kept.
        CallFailed: Prefect's server, which keeps them, does not answer.
    """
    return await with_client(tenant, name, await _load(ProcountorApiKey, name, tenant))


async def with_client(tenant: str, name: str, key: ProcountorApiKey) -> Credentials:
    """Return what a key opens, which need not be stored yet; raises as `credentials`."""
    client = await _load(ProcountorClient, key.client_block, tenant)
    if not key.api_key.get_secret_value():
        raise NoApiKey(block=name, kind="Procountor API key", tenant=tenant)
    if not (client.client_id and client.client_secret.get_secret_value()):
        raise NoApiKey(block=key.client_block, kind="Procountor client", tenant=tenant)
    try:
        return Credentials(client, key, Terms.model_validate(key.terms))
    except ValidationError as problem:
        raise WrongAgreement(block=name, reason=str(wrong_field(problem))) from None


async def _load(kind: type[Kind], name: str, tenant: str) -> Kind:
    found = await held_block(name) if name else None
    if isinstance(found, kind):
        return found
    title = str(kind._block_type_name)  # noqa: SLF001 - Prefect has no other name for it
    raise NoApiKey(block=name or f"{kind._block_type_slug}/NAME", kind=title, tenant=tenant)  # noqa: SLF001 - the same
