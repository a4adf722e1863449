"""`tasma ledger rollback` and `release`: a year as an earlier load left it, kept until let go."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from flows.cli.app import AsJson, command
from flows.cli.imported import as_dict, code, show_one
from flows.cli.local import roll_back_here
from flows.cli.opening import KnownYear, TenantId, known_tenant, known_year
from flows.cli.output import next_steps, say, show_json
from flows.cli.progress import progress
from ledger.fiscal_year import short_year
from ledger.unit import Unit
from tasks.ledger_sources import load_command
from tasks.rollback import Wanted, release_year
from tasks.stores import open_stores


@command(
    "ledger",
    "rollback",
    examples=(
        'tasma ledger rollback acme 2025 --to 3 --reason "load 4 was of a test"',
        'tasma ledger rollback acme 2025 --to 3 --reason "see A17" --dry-run',
    ),
)
def rollback(
    tenant: TenantId,
    year: KnownYear,
    *,
    to: Annotated[
        int, typer.Option("--to", min=1, metavar="LOAD", help="Its number, as changes lists them.")
    ],
    reason: Annotated[str, typer.Option(help="Why what came since is wrong; kept with the data.")],
    by: Annotated[str, typer.Option(help="Who decides; else this machine's user.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change; publish nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a year back to what an earlier load published; then keep it so.

    What was received for that load passes all controls again, and is published as a new load or
    held like any other. No night and no file replaces the year until `tasma ledger release`.
    """
    with open_stores() as stores:
        known_tenant(stores.hub, tenant)
        unit = Unit(tenant, known_year(stores.hub, tenant, year))
        wanted = Wanted(unit, to, by or getpass.getuser(), reason)
        with progress(1) as watch:
            found = roll_back_here(stores, wanted, dry_run=dry_run, watch=watch(str(unit)))
    if as_json:
        show_json(as_dict(found))
    else:
        place = f"{tenant} {short_year(unit.year.key)}"
        show_one(found, real_run=f'tasma ledger rollback {place} --to {to} --reason "..."')
    raise typer.Exit(code(found))


@command(
    "ledger",
    "release",
    examples=('tasma ledger release acme 2025 --reason "the source is corrected"',),
)
def release(
    tenant: TenantId,
    year: KnownYear,
    *,
    reason: Annotated[str, typer.Option(help="Why it need not be kept; kept in the event log.")],
    by: Annotated[str, typer.Option(help="Who decides; else this machine's user.")] = "",
    as_json: AsJson = False,
) -> None:
    """Let a year go that is kept as an earlier load left it.

    What is published stays until the next pull or file, which replaces it if the controls let it
    pass. To see first what a pull would change: `tasma ledger pull --dry-run --overwrite-uploaded`.
    """
    with open_stores() as stores:
        known_tenant(stores.hub, tenant)
        unit = Unit(tenant, known_year(stores.hub, tenant, year))
        found = release_year(stores, unit, reason=reason, who=by or getpass.getuser())
        load = load_command(stores.hub, tenant, unit.year)
    if as_json:
        show_json({**vars(found.kept), "came_meanwhile": found.came_meanwhile})
        return
    say(str(found))
    next_steps(load)
