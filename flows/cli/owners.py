"""`tasma tenant owner`: which system has the ledger of which years."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from blocks.systems.registry import systems_with
from flows.cli.app import AsJson, command
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json, show_table
from flows.cli.years import defined_year
from ledger.fiscal_year import short_year
from tasks.ledger_sources import title_of


@command(
    "tenant",
    "owner",
    examples=(
        "tasma tenant owner acme",
        'tasma tenant owner acme procountor --from 2026 --reason "since new year"',
    ),
)
def owner(
    tenant: TenantId,
    system: Annotated[
        str, typer.Argument(metavar="SYSTEM", help="Who has the ledger from now on.")
    ] = "",
    *,
    first: Annotated[
        str, typer.Option("--from", metavar="YEAR", help="The first fiscal year that it has.")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why; kept in the event log.")] = "",
    by: Annotated[str, typer.Option(help="Who decides; else this machine's user.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show which system has the ledger of which years, or give them to another.

    A row counts for its first year and all later ones, up to the next row. It comes by itself with
    the first publication; what another system says of those years is evidence, never published.
    """
    if bool(system) != bool(first):
        raise typer.BadParameter("give a system and --from, or neither to see the rows.")
    if system and system not in systems_with("ledger"):
        known = ", ".join(systems_with("ledger"))
        raise typer.BadParameter(f"{system!r} has no ledger: expected one of {known}.")
    with open_hub() as hub:
        known_tenant(hub, tenant)
        if system:
            year = defined_year(hub, tenant, first)
            who = by or getpass.getuser()
            hub.ledger_owners.give(tenant, year, system=system, reason=reason, who=who)
        rows = hub.ledger_owners.of_tenant(tenant)
        is_connected = bool(system) and hub.connections.find(tenant, system) is not None
    if as_json:
        show_json(rows)
        return
    if rows:
        headings = ("system", "from", "since (UTC)", "by", "why")
        cells = [
            (title_of(i.system), i.first_day, i.set_at, i.who or "first publication", i.reason)
            for i in rows
        ]
        show_table(headings, cells, spare=("since (UTC)", "why"))
    else:
        say(f"No system has the ledger of any year of {tenant} yet.")
    if system:
        pull = f"tasma ledger pull {tenant} --year {short_year(year.key)}"
        next_steps(*([] if is_connected else [f"tasma connect {system} {tenant}"]), pull)
