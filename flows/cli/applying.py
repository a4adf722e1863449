"""`tasma apply`: many tenants as a file says them."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode
from flows.cli.files import there
from flows.cli.opening import open_hub
from flows.cli.output import next_steps, remark, say, show_json, show_table
from ledger.text import number_of
from tasks.applying import apply_tenants, read_tenants


@command("apply", examples=("tasma apply tenants.yaml --dry-run", "tasma apply tenants.yaml"))
def apply(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="YAML; docs/runbook.md shows one.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be other than now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Add and change tenants as a file says them; take nothing away.

    What the file does not say stays as it is, so that it can be applied again and again. Ends with
    1 when something could not be made so; all else is done.
    """
    wanted = read_tenants(there(file))
    with open_hub() as hub:
        found = list(apply_tenants(hub, wanted, who=getpass.getuser(), dry_run=dry_run))
    failed = [change for change in found if change.problem]
    done = [change for change in found if not change.problem]
    if as_json:
        show_json(found)
    else:
        if done:
            rows = [(item.tenant, item.what, item.before, item.after) for item in done]
            show_table(("tenant", "what", "before", "after"), rows, spare=("before",))
        remark(*(f"Not done, {item.tenant}: {item.problem}" for item in failed))
        verb = "would change" if dry_run else "changed"
        named = number_of(len(wanted), "tenant")
        say(f"The file names {named}; {number_of(len(done), 'thing')} {verb}.")
        if done:
            next_steps(f"tasma apply {file}" if dry_run else "tasma tenant status")
    raise typer.Exit(ExitCode.FAILED if failed else ExitCode.DONE)
