"""`tasma warehouse allow`, `deny`, `readers`: who reads whose books in a server."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.app import AsJson, command
from flows.cli.books import warehouse
from flows.cli.opening import known_tenant, open_hub
from flows.cli.output import say, show_json, show_table

Reader = Annotated[str, typer.Argument(metavar="READER", help="A role of the server.")]


@command("warehouse", "allow", examples=("tasma warehouse allow analyst acme beta",))
def allow(
    reader: Reader,
    tenants: Annotated[list[str], typer.Argument(metavar="TENANT", help="Whose books.")],
) -> None:
    """Let a user of the warehouse's server read the books of tenants.

    The role is made if it is not there and the warehouse's own user may make one; it has no
    password then. What it sees is decided by the server, row by row.
    """
    with open_hub() as hub:
        for tenant in tenants:
            known_tenant(hub, tenant)
    is_new = warehouse().allow(reader, tenants)
    say(f"{reader} reads {', '.join(tenants)}.")
    if is_new:
        say(f"The role was made without a password: `alter role {reader} password ...` gives one.")


@command(
    "warehouse",
    "deny",
    examples=("tasma warehouse deny analyst beta", "tasma warehouse deny analyst"),
)
def deny(
    reader: Reader,
    tenants: Annotated[
        list[str] | None, typer.Argument(metavar="TENANT", help="All unless named.")
    ] = None,
) -> None:
    """Take tenants, or all of them, from a user of the warehouse's server.

    The role stays, and sees no row of theirs any more.
    """
    left = warehouse().deny(reader, tenants or [])
    say(f"{reader} reads {', '.join(left) or 'nobody'} now.")


@command(
    "warehouse", "readers", examples=("tasma warehouse readers", "tasma warehouse readers --json")
)
def list_readers(*, as_json: AsJson = False) -> None:
    """List who reads whose books in the warehouse's server."""
    found = warehouse().readers()
    if as_json:
        show_json([{"reader": reader, "tenant": tenant} for reader, tenant in found])
        return
    show_table(("reader", "tenant"), found)
