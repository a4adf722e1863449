"""`tasma events`: what happened, newest first."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.app import AsJson, command
from flows.cli.opening import known_tenant, open_hub
from flows.cli.output import first, say, show_json, show_table
from ledger.fiscal_year import short_year


@command(
    "events",
    examples=("tasma events", "tasma events acme --kind status", "tasma events acme --limit 500"),
)
def events(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Only this tenant's.")] = "",
    *,
    kind: Annotated[
        str, typer.Option(help="Only this kind: status, acceptance, tenant, year, repair ...")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="Most events shown.")] = 50,
    steps: Annotated[
        bool, typer.Option("--steps", help="Also each step on the way of a year that was loaded.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what was published, held, accepted, repaired; newest first."""
    with open_hub() as hub:
        if tenant:
            known_tenant(hub, tenant)
        recent = hub.events.recent(tenant=tenant, kind=kind, limit=limit + 1, is_whole=steps)
    found = first(recent, limit, "events")
    if as_json:
        show_json(found)
    elif found:
        headings = ("at (UTC)", "tenant", "fiscal year", "kind", "what")
        rows = [
            (one.at, one.tenant, short_year(one.fiscal_year), one.kind, one.message)
            for one in found
        ]
        show_table(headings, rows, spare=("fiscal year", "kind"))
    else:
        say("Nothing has happened yet that fits.")
