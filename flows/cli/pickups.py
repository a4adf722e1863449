"""`tasma sftp status`: with whom pickups are agreed, and how they go."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final

import typer

from blocks.hub.pickups import Pickup
from flows.cli.app import AsJson, command
from flows.cli.opening import known_tenant, open_hub
from flows.cli.output import next_steps, show_json, show_table

NAMED: Final = 3
"""Tenants with a problem of which each is named in what comes next."""


@command("sftp", "status", examples=("tasma sftp status", "tasma sftp status acme --json"))
def status(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="All unless given.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Show with whom a pickup is agreed, when it was last polled, and what is in its way."""
    with open_hub() as hub:
        if tenant:
            known_tenant(hub, tenant)
        found = [hub.pickups.get(tenant)] if tenant else hub.pickups.every()
        files = [item for pickup in found for item in hub.pickups.files(pickup.tenant).values()]
        now = hub.database.now()
    if as_json:
        show_json({"pickups": found, "files": files})
        return
    headings = ("tenant", "every", "next", "polled (UTC)", "last file (UTC)", "problem", "folder")
    shown = [_row(item, now) for item in found]
    show_table(
        headings,
        shown,
        spare=("folder", "polled (UTC)"),
        nothing="No pickup was agreed yet: `tasma sftp set TENANT` keeps one.",
    )
    if tenant and files:
        rows = [(item.name, str(item.state), item.size_bytes, item.seen_at) for item in files]
        show_table(("file", "state", "bytes", "seen (UTC)"), rows, spare=("seen (UTC)",))
    troubled = [item.tenant for item in found if item.problem]
    next_steps(*(f"tasma sftp test {one}" for one in troubled[:NAMED]))


def _row(pickup: Pickup, now: dt.datetime) -> tuple[object, ...]:
    wait = pickup.due_at - now
    return (
        pickup.tenant,
        f"{pickup.poll_minutes} min",
        "now" if wait <= dt.timedelta(0) else wait,
        pickup.polled_at,
        pickup.last_file_at,
        pickup.problem,
        pickup.folder,
    )
