"""`tasma guide`: what a customer does in the source system, printed to hand out."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from blocks.guides import guides, read_guide
from flows.cli.app import command


@command("guide", examples=("tasma guide fortnox", "tasma guide file"))
def guide(
    system: Annotated[
        str, typer.Argument(metavar="SYSTEM", help=f"One of {', '.join(guides())}.")
    ] = "",
) -> None:
    """Print what a customer does in the source system so that its books can be fetched.

    Allow the API, make the credentials, deliver them: these steps are always the customer's.
    """
    if system not in guides():
        absent = f"there is no guide for {system[:40]!r}" if system else "name a system"
        raise typer.BadParameter(f"{absent}. There are {', '.join(guides())}.")
    sys.stdout.write(read_guide(system))
