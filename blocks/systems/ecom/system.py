"""What every command may need to know of Ecom, without anything that speaks to it."""

from __future__ import annotations

from typing import Final

from blocks.systems.block_choice import block_choice, misnamed_block
from blocks.systems.ports import Connecting, System, Wants

ECOM: Final = "ecom"
"""What Ecom is called in the hub, in leases and as the source of a route."""

BLOCK_TYPE: Final = "ecom-feed"
"""The type of the Prefect block that holds the key of a company's feed, or its folder."""

CHOICES: Final = (
    block_choice(
        "Prefect block with the key of the company's feed or its folder, such as ecom-feed/acme."
    ),
)


def contradiction(wants: Wants) -> str:
    """Say why the choices do not go together; empty when they do."""
    return misnamed_block(
        wants,
        BLOCK_TYPE,
        "make a block of type Ecom feed in Prefect's UI (Blocks), with the key or the "
        f"folder, and name it: --block {BLOCK_TYPE}/NAME. A key is never put on a command line.",
    )


HELP: Final = """Connect a tenant to what Ecom says of its company's documents.

Ecom gives it as a feed over HTTP, by a key, or as files of JSON lines in a folder; which of them,
the Prefect block of type Ecom feed says that is named here. The company has to be the tenant's, by
its business id. Nothing is sent anywhere before a route is added: `tasma route add
TENANT ecom vouchers --who NAME`.
"""

SYSTEM: Final = System(
    name=ECOM,
    title="Ecom",
    answers="ecom_answers.csv",
    secrets=(),
    port="blocks.systems.ecom.port",
    offers=frozenset({"feed"}),
    countries=frozenset({"FI"}),
    connecting=Connecting(
        help=HELP,
        examples=(f"tasma connect ecom acme --block {BLOCK_TYPE}/acme",),
        choices=CHOICES,
        contradiction=contradiction,
        then="tasma ecom check {tenant}",
    ),
)
