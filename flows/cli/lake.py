"""`tasma lake`: what was received, and what of it may go."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from flows.cli.app import AsJson, command
from flows.cli.output import next_steps, say, show_json, show_table
from tasks import pruning
from tasks.stores import open_stores


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
    say(f"{len(found):,} files and folders of {size_bytes:,} bytes {verb}.")
    if found and not yes:
        next_steps(f"tasma lake prune --older-than-days {older_than_days} --yes")
