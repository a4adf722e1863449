"""`tasma lake`: what was received, and what of it may go."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from blocks.settings import settings
from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode
from flows.cli.opening import known_tenant, open_hub
from flows.cli.output import next_steps, remark, say, show_json, show_table
from ledger.text import number_of
from tasks import pruning
from tasks.lake_check import Found, check_lake
from tasks.lake_moving import move_lake
from tasks.stores import open_stores


@command(
    "lake",
    "verify",
    examples=("tasma lake verify", "tasma lake verify acme --json"),
)
def verify_lake(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Only this tenant.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Read all that was received, and say what is gone or no longer the bytes that came.

    Ends with 1 when something is; its tenant is red from then on, until a later look finds all
    well. What is published is not touched by it: `tasma ledger verify` looks at that.
    """
    with open_stores() as stores:
        if tenant:
            known_tenant(stores.hub, tenant)
        tenants = [tenant] if tenant else [item.id for item in stores.hub.tenants]
        found = check_lake(stores, tenants)
    if as_json:
        show_json(found)
    else:
        _show_found(found, len(tenants))
    if any(item.command for item in found):
        raise typer.Exit(ExitCode.FAILED)


def _show_found(found: list[Found], tenants: int) -> None:
    for item in found:
        if item.command:
            remark(
                f"Error: {item.address} {item.finding}. What is published lies elsewhere. Mend it "
                f"with `{item.command}`, or copy it back from a backup; then `tasma lake verify "
                f"{item.tenant}`."
            )
        else:
            remark(f"{item.address}: {item.finding}. It was written anew from what was received.")
    if not any(item.command for item in found):
        say(f"All that was received of {number_of(tenants, 'tenant')} is as it came.")


@command(
    "lake",
    "move",
    examples=("tasma lake move --to s3://bucket/prefix", "tasma lake move"),
)
def move(
    *,
    to: Annotated[
        str, typer.Option(metavar="URL", help="The bucket; without, that of TASMA_LAKE_URL.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Copy what was received from the folder into a bucket, each file checked.

    What lies there already is not copied again, so that it may be broken off and run again. The
    folder stays. Refused while something is loaded: stop everything first. Then TASMA_LAKE_URL has
    to name the bucket, wherever it is set. Ends with 1 if some of the folder is damaged, which is
    not copied.
    """
    url = to or settings().lake_url
    if not url:
        raise typer.BadParameter("give --to s3://bucket/prefix, or set TASMA_LAKE_URL.")
    with open_hub() as hub:
        made = move_lake(hub, settings(), url=url)
    if as_json:
        show_json(made)
    else:
        say(
            f"{made.files:,} files lie in {url} as here; {made.copied:,} of "
            f"{made.copied_bytes:,} bytes were copied now."
            if not made.damaged
            else f"{made.copied:,} files of {made.copied_bytes:,} bytes were copied now."
        )
        remark(*(f"Error: {address} is damaged, and not copied." for address in made.damaged))
    if made.damaged:
        raise typer.Exit(ExitCode.FAILED)
    if not as_json and settings().lake_url != url:
        say(f"Set TASMA_LAKE_URL={url}, wherever flows and commands run.")


@command(
    "lake",
    "prune",
    examples=("tasma lake prune", "tasma lake prune --older-than-days 90 --yes"),
)
def prune(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Remove it.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show it, as without --yes.")] = (
        False
    ),
    older_than_days: Annotated[
        int, typer.Option(min=1, max=36_500, help="What is younger is kept.")
    ] = 30,
    as_json: AsJson = False,
) -> None:
    """Show the old files that nothing needs, and remove them with --yes.

    Kept whatever its age: what is published, what was published at a year's end, and what is held.
    """
    if yes and dry_run:
        raise typer.BadParameter("give --yes or --dry-run, not both.")

    with open_stores() as stores:
        found = pruning.prune(
            stores, older_than=dt.timedelta(days=older_than_days), dry_run=not yes
        )
    if as_json:
        show_json({"removed": yes, "items": found})
        return
    if found:
        show_table(("address", "bytes"), [(item.address, item.size_bytes) for item in found])
    size_bytes = sum(item.size_bytes for item in found)
    verb = "were removed" if yes else "would go"
    say(
        f"{number_of(len(found), 'file or folder', 'files and folders')} of "
        f"{number_of(size_bytes, 'byte')} {verb}."
    )
    if found and not yes:
        next_steps(f"tasma lake prune --older-than-days {older_than_days} --yes")
