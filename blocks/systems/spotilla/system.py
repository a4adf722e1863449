"""What every command may need to know of Spotilla, without anything that speaks to it."""

from __future__ import annotations

from typing import Final

from blocks.systems.block_choice import block_choice, misnamed_block
from blocks.systems.ports import Connecting, System, Wants

SPOTILLA: Final = "spotilla"
"""What Spotilla is called in the hub, in leases and as the source of a route."""

BLOCK_TYPE: Final = "spotilla-user"
"""The type of the Prefect block that holds a company's user."""

CHOICES: Final = (
    block_choice("Prefect block with the company's user in Spotilla, such as spotilla-user/acme."),
)


def contradiction(wants: Wants) -> str:
    """Say why the choices do not go together; empty when they do."""
    return misnamed_block(
        wants,
        BLOCK_TYPE,
        "make a block of type Spotilla user in Prefect's UI (Blocks), with subdomain, "
        f"e-mail and password, and name it: --block {BLOCK_TYPE}/NAME. A password is never put on "
        "a command line.",
    )


HELP: Final = """Connect a tenant to its company in Spotilla, by a user that was made for us there.

Subdomain, e-mail and password lie in a Prefect block of type Spotilla user, which is named here.
Nothing is read or sent regularly before the route to Procountor is switched on.
"""

SYSTEM: Final = System(
    name=SPOTILLA,
    title="Spotilla",
    answers="spotilla_answers.csv",
    secrets=(),
    port="blocks.systems.spotilla.port",
    offers=frozenset({"feed", "customers"}),
    countries=frozenset({"FI"}),
    connecting=Connecting(
        help=HELP,
        examples=(f"tasma connect spotilla acme --block {BLOCK_TYPE}/acme",),
        choices=CHOICES,
        contradiction=contradiction,
        then="tasma spotilla plan {tenant}",
    ),
)
