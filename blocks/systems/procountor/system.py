"""What every command may need to know of Procountor, without anything that speaks to it."""

from __future__ import annotations

import re
from typing import Final

from blocks.systems.block_choice import NO_BLOCK_BY_LINK, block_choice, misnamed_block
from blocks.systems.ports import Choice, Connecting, EnteredField, System, Wants

PROCOUNTOR: Final = "procountor"
"""What Procountor is called in the hub; with a client behind it, ``procountor@ecom-jetClient``."""

KEY_TYPE: Final = "procountor-api-key"
"""The type of the Prefect block that holds an API key."""
CLIENT_TYPE: Final = "procountor-client"
"""The type of the Prefect block that holds a client's id and secret."""

CLIENT_ID: Final = r"[A-Za-z0-9._-]{1,100}"

CRASH_POINTS: Final = (
    "procountor.pull.before",  # company, rights, years, chart, dimensions and VAT are read
    "procountor.pull.receipts",  # what changed is fetched, what was replaced is asked for
    "procountor.pull.compared",  # the report is compared
)

CHOICES: Final = (
    block_choice("Prefect block with the tenant's API key, such as procountor-api-key/acme-ecom."),
    Choice(
        "client",
        "--client",
        "Client identifier that the key was made for, such as ecom-jetClient; left out for the "
        "client that fetches ledgers.",
        kind="text",
        metavar="CLIENT",
    ),
)


def contradiction(wants: Wants) -> str:
    """Say why the choices do not go together; empty when they do."""
    client = str(wants.get("client", ""))
    if client and not re.fullmatch(CLIENT_ID, client):
        return f"{client!r} is no client identifier: expected letters, digits and . _ - only."
    if wants.get("link_only"):
        return NO_BLOCK_BY_LINK if client or wants.get("block") else ""
    return misnamed_block(
        wants,
        KEY_TYPE,
        "make a block of type Procountor API key in Prefect's UI (Blocks) and name it: "
        f"--block {KEY_TYPE}/NAME. A key is never put on a command line.",
    )


HELP: Final = """Connect a tenant to its company in Procountor, by an API key that the company made.

The key lies in a Prefect block of type Procountor API key, which names the block of the client that
it was made for. Without a client it is the one that fetches ledgers. Each client of a tenant is a
connection of its own, with its own key and rights. The company is proved by its business id before
anything is kept. With --link-only the company enters the key for fetching ledgers itself.
"""

SYSTEM: Final = System(
    name=PROCOUNTOR,
    title="Procountor",
    answers="procountor_answers.csv",
    secrets=(),
    port="blocks.systems.procountor.port",
    offers=frozenset({"ledger", "target", "feed"}),
    countries=frozenset({"FI"}),
    connecting=Connecting(
        help=HELP,
        examples=(
            "tasma connect procountor acme --link-only",
            f"tasma connect procountor acme --block {KEY_TYPE}/acme",
            f"tasma connect procountor acme --block {KEY_TYPE}/acme --client ecom",
        ),
        choices=CHOICES,
        entered=(EnteredField("key"),),
        contradiction=contradiction,
        then="tasma route list {tenant}",
    ),
    crash_points=CRASH_POINTS,
)
