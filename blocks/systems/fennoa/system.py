"""What every command may need to know of Fennoa, without anything that speaks to it."""

from __future__ import annotations

from typing import Final

from blocks.systems.block_choice import NO_BLOCK_BY_LINK, block_choice, misnamed_block
from blocks.systems.ports import Connecting, EnteredField, System, Wants

FENNOA: Final = "fennoa"
"""What Fennoa is called in the hub, in leases and in the outbox."""

BLOCK_TYPE: Final = "fennoa-api-user"
"""The type of the Prefect block that holds an API user."""

CRASH_POINTS: Final = (
    "fennoa.pull.before",  # years, chart and opening balances are read
    "fennoa.pull.pages",  # one walk through the pages is in memory
    "fennoa.pull.after",  # the pages are known to be of one moment
)

CHOICES: Final = (
    block_choice("Prefect block with the API user and its key, such as fennoa-api-user/acme."),
)


def contradiction(wants: Wants) -> str:
    """Say why the choices do not go together; empty when they do."""
    if wants.get("link_only"):
        return NO_BLOCK_BY_LINK if wants.get("block") else ""
    return misnamed_block(
        wants,
        BLOCK_TYPE,
        "make a block of type Fennoa API user in Prefect's UI (Blocks), with user and "
        f"key, and name it: --block {BLOCK_TYPE}/NAME. Neither is ever put on a command line.",
    )


HELP: Final = """Connect a tenant to its company in Fennoa, by an API user that the company made.

User and key lie in a Prefect block of type Fennoa API user, which is named here; with --link-only
the company enters them itself. The newest invoice that is there now becomes the mark from which
pushing looks for what it sent.
"""

SYSTEM: Final = System(
    name=FENNOA,
    title="Fennoa",
    answers="fennoa_answers.csv",
    secrets=(),
    port="blocks.systems.fennoa.port",
    offers=frozenset({"ledger", "target"}),
    countries=frozenset({"FI"}),
    connecting=Connecting(
        help=HELP,
        examples=(
            "tasma connect fennoa acme --link-only",
            f"tasma connect fennoa acme --block {BLOCK_TYPE}/acme",
        ),
        choices=CHOICES,
        entered=(EnteredField("user", is_secret=False), EnteredField("key")),
        names_company=False,
        contradiction=contradiction,
    ),
    crash_points=CRASH_POINTS,
)
