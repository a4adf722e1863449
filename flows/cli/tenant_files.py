"""`tasma tenant files`: which files of a tenant came."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.app import AsJson, command
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json, show_table


@command("tenant", "files", examples=("tasma tenant files acme", "tasma tenant files acme --json"))
def files(
    tenant: TenantId,
    *,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="Most files shown.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show which files came, who brought them, when, and what became of each; newest first."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        found = hub.files.recent(tenant, limit=limit)
    if as_json:
        show_json(found)
    elif found:
        headings = ("at (UTC)", "file", "by", "outcome", "bytes", "why")
        rows = [(i.seen_at, i.file_name, i.who, i.outcome, i.size_bytes, i.reason) for i in found]
        show_table(headings, rows, spare=("bytes", "why"))
    else:
        say(f"No file of {tenant} has come yet.")
        next_steps(f"tasma drop-in {tenant} FILE")
