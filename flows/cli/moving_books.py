"""`tasma warehouse move`: what is published, out of tenants' files into a server."""

from __future__ import annotations

from typing import Annotated

import typer

from blocks.settings import settings
from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode
from flows.cli.opening import known_tenant
from flows.cli.output import next_steps, remark, say, show_json, show_table
from ledger.text import number_of
from tasks.moving_books import move_books
from tasks.stores import open_stores


@command("warehouse", "move", examples=("tasma warehouse move", "tasma warehouse move acme beta"))
def move(
    tenants: Annotated[
        list[str] | None, typer.Argument(metavar="TENANT", help="All unless named.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Move what is published from tenants' files into the server of TASMA_WAREHOUSE_URL.

    All of a tenant in one transaction, checked by counts and digests, with the history of its
    loads; nobody loads for it meanwhile. Its file is kept under another name. One that cannot be
    moved stays as it is; the same command again goes on. Ends with 1 when one was not moved.
    """
    with open_stores() as stores:
        for tenant in tenants or []:
            known_tenant(stores.hub, tenant)
        found = list(move_books(stores, settings(), tenants or []))
    failed = [item for item in found if item.problem]
    if as_json:
        show_json(found)
    else:
        done = [item for item in found if not item.problem]
        if done:
            rows = [(it.tenant, it.rows, it.tables, it.kept[0] if it.kept else "") for it in done]
            show_table(("tenant", "rows", "tables", "its file now"), rows, spare=("tables",))
        remark(*(f"Not moved, {item.tenant}: {item.problem}" for item in failed))
        say(
            f"{number_of(len(done), 'tenant was', 'tenants were')} moved, {len(failed):,} were not."
        )
        if done:
            next_steps("tasma ledger verify --all", "tasma doctor")
    raise typer.Exit(ExitCode.FAILED if failed else ExitCode.DONE)
