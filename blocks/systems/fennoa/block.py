"""The API user of one company in Fennoa, as a block that an operator makes in Prefect's UI."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from prefect.blocks.core import Block
from pydantic import Field, HttpUrl, SecretStr, ValidationError

from blocks.held_block import held_block
from ledger.errors import TerminalError
from ledger.invoice.mappings.fennoa.terms import Terms
from ledger.wrong_field import wrong_field

DOCUMENTATION: Final = HttpUrl("https://fennoa.com/en/api")


class FennoaApiUser(Block):
    """An API user of one company, and what is agreed with that company on its invoices.

    Example:
        Load the stored values::

            from blocks.systems.fennoa.block import FennoaApiUser

            user = FennoaApiUser.load("BLOCK_NAME")
    """

    _block_type_name = "Fennoa API user"
    _block_type_slug = "fennoa-api-user"
    _documentation_url = DOCUMENTATION
    _description = "API user of one company in Fennoa, with its key and its terms."
    model_config: ClassVar[Any] = {"hide_input_in_errors": True}

    user: str = Field(default="", description="Name of the API user, as Fennoa shows it once.")
    key: SecretStr = Field(default=SecretStr(""), description="Its key, which Fennoa shows once.")
    terms: dict[str, Any] = Field(
        default_factory=dict,
        description="What is agreed with the company (docs/systems/fennoa.md), such as series_id.",
    )


class NoApiUser(TerminalError):
    """The Prefect block with a company's API user is not there, or is not filled in."""

    sentence = (
        "There is no Prefect block {block} of type Fennoa API user with user and key. Make it in "
        "Prefect's UI (Blocks), then `tasma connect fennoa {tenant} --block {block}`."
    )


class WrongTerms(TerminalError):
    """The terms in a company's block are not ones that can be kept."""

    sentence = "The terms in the Prefect block {block} are wrong: {reason}. Correct them there."


async def api_user(tenant: str, name: str) -> FennoaApiUser:
    """Return the block of a tenant's connection.

    Raises:
        NoApiUser: It is not there, of another type, or lacks user or key.
        CallFailed: Prefect's server, which keeps it, does not answer.
    """
    found = await held_block(name)
    if isinstance(found, FennoaApiUser) and found.user and found.key.get_secret_value():
        return found
    raise NoApiUser(block=name, tenant=tenant)


def terms_of(found: FennoaApiUser, name: str) -> Terms:
    """Return what is agreed with the company.

    Raises:
        WrongTerms: The block says something that cannot be kept.
    """
    try:
        return Terms.model_validate(found.terms)
    except ValidationError as problem:
        raise WrongTerms(block=name, reason=str(wrong_field(problem))) from None
