"""`tasma tenant files`: which files of a tenant came."""

from __future__ import annotations

from typing import Annotated

import typer

from blocks.hub import FileSeen
from flows.cli.app import AsJson, command
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import first, next_steps, say, show_json, show_table
from tasks.file_fates import Fate, fates


@command("tenant", "files", examples=("tasma tenant files acme", "tasma tenant files acme --json"))
def files(
    tenant: TenantId,
    *,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="Most files shown.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show which files came, who brought them, when, and what became of each; newest first.

    Of one that was held it says how that ended: published (accepted, or passed when judged anew),
    rejected, or replaced by a later load of its year. --json has that as *since*.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        seen = hub.files.recent(tenant, limit=limit + 1, has_arrivals=as_json)
        found = first(seen, limit, "files")
        since = fates(hub, found)
    if as_json:
        show_json([{**vars(one), "since": since.get(one.id, "")} for one in found])
    elif found:
        headings = ("at (UTC)", "file", "by", "outcome", "bytes", "why")
        rows = [
            (i.seen_at, i.file_name, i.who, _outcome(i, since), i.size_bytes, i.reason)
            for i in found
        ]
        show_table(headings, rows, spare=("bytes", "why"))
    else:
        say(f"No file of {tenant} has come yet.")
        next_steps(f"tasma drop-in {tenant} FILE")


def _outcome(seen: FileSeen, since: dict[int, Fate]) -> str:
    return f"{seen.outcome}, then {since[seen.id]}" if seen.id in since else seen.outcome
