"""The choice of a Prefect block by type and name, with which most systems are connected.

Light, as `System` is: commands read it before anything speaks to a system.
"""

from __future__ import annotations

import re
from typing import Final

from blocks.systems.ports import Choice, Wants

NO_BLOCK_BY_LINK: Final = (
    "--link-only goes without a block or a client: the company enters the key for fetching ledgers."
)


def block_choice(help_: str) -> Choice:
    """Return the option ``--block TYPE/NAME``."""
    return Choice("block", "--block", help_, kind="text", metavar="TYPE/NAME")


def misnamed_block(wants: Wants, block_type: str, advice: str) -> str:
    """Say that no block of a type is named, and what to do; empty when one is."""
    name = str(wants.get("block", ""))
    if re.fullmatch(rf"{block_type}/[a-z0-9-]{{1,100}}", name):
        return ""
    came = f"{name!r} is none" if name else "--block is missing"
    return f"{came}: {advice}"
