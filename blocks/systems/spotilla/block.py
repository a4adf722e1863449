"""The user of one company in Spotilla, as a block that an operator makes in Prefect's UI."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from prefect.blocks.core import Block
from pydantic import Field, HttpUrl, SecretStr

from blocks.held_block import held_block
from blocks.invoices.tables import rows_of
from ledger.errors import TerminalError
from ledger.spotilla.names import Names, UnknownSpelling

DOCUMENTATION: Final = HttpUrl("https://help.spotilla.com")
TABLE: Final = "spotilla_fields.csv"


class SpotillaUser(Block):
    """A user of one company, and how this company's Spotilla spells fields where it differs.

    Example:
        Load the stored values::

            from blocks.systems.spotilla.block import SpotillaUser

            user = SpotillaUser.load("BLOCK_NAME")
    """

    _block_type_name = "Spotilla user"
    _block_type_slug = "spotilla-user"
    _documentation_url = DOCUMENTATION
    _description = "User of one company in Spotilla, with its subdomain and password."
    model_config: ClassVar[Any] = {"hide_input_in_errors": True}

    subdomain: str = Field(default="", description="The company's own part of the address.")
    email: str = Field(default="", description="By which the user logs in.")
    password: SecretStr = Field(default=SecretStr(""), description="The user's password.")
    names: dict[str, str] = Field(
        default_factory=dict,
        description="Spellings that differ from the table, such as customer.business_id: vat_id.",
    )


class NoSpotillaUser(TerminalError):
    """The Prefect block with a company's user is not there, or is not filled in."""

    sentence = (
        "There is no Prefect block {block} of type Spotilla user with subdomain, e-mail and "
        "password. Make it in Prefect's UI (Blocks), then `tasma connect spotilla {tenant} "
        "--block {block}`."
    )


class WrongSpelling(TerminalError):
    """A company's block spells something that the table of Spotilla's fields does not have."""

    sentence = "The names in the Prefect block {block} are wrong: {reason}. Correct them there."


async def user_block(tenant: str, name: str) -> SpotillaUser:
    """Return the block of a tenant's connection.

    Raises:
        NoSpotillaUser: It is not there, of another type, or not filled in.
        CallFailed: Prefect's server, which keeps it, does not answer.
    """
    found = await held_block(name)
    if isinstance(found, SpotillaUser) and all(
        (found.subdomain, found.email, found.password.get_secret_value())
    ):
        return found
    raise NoSpotillaUser(block=name, tenant=tenant)


def names_of(found: SpotillaUser, name: str) -> Names:
    """Return how the company's Spotilla spells things.

    Raises:
        WrongSpelling: The block names nothing of the table.
    """
    try:
        return Names.of_lines(rows_of(TABLE), found.names)
    except UnknownSpelling as problem:
        raise WrongSpelling(block=name, reason=str(problem)) from None
