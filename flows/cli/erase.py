"""`tasma tenant erase`: remove a tenant wholly, after showing what goes."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from blocks.settings import settings
from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode
from flows.cli.opening import TenantId, known_tenant
from flows.cli.output import next_steps, remark, say, show_json, show_table
from tasks import erasing
from tasks.restoring import put_aside
from tasks.stores import open_stores

NAMED: Final = 3
"""Paths that are named."""


@command(
    "tenant",
    "erase",
    examples=("tasma tenant erase acme --dry-run", "tasma tenant erase acme --yes"),
)
def erase(
    tenant: TenantId,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; for scripts.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove everything of a tenant from hub, lake, warehouse and inbox. It cannot be undone.

    What Prefect shows of its runs (names, logs, pages) goes when Prefect's own retention ends.
    """
    with open_stores() as stores:
        found = erasing.holdings(stores, tenant)
        if not found:
            known_tenant(stores.hub, tenant)
        stores.hub.leases.refuse_busy(tenant=tenant)
        if not as_json:
            say(f"Home: {settings().home}")
            show_table(
                ("where", "what", "bytes"),
                [(item.place, item.what, item.size_bytes) for item in found],
                title=f"Everything that is kept of {tenant}",
            )
        is_erased = not dry_run and (yes or _is_sure(tenant))
        if is_erased:
            erasing.erase(stores, tenant)
    if aside := put_aside(settings()):
        remark(
            f"What a restore put aside may hold {tenant} too, and stays: "
            f"{', '.join(map(str, aside[:NAMED]))}{' ...' if len(aside) > NAMED else ''}. "
            "Remove it once you are sure of what was restored."
        )
    if as_json:
        show_json({"tenant": tenant, "erased": is_erased, "holdings": found})
    elif is_erased:
        say(f"{tenant} is erased.")
        next_steps("tasma tenant list")
    else:
        say("Dry run: nothing was removed." if dry_run else "Nothing was removed.")
    if not is_erased and not dry_run:
        raise typer.Exit(ExitCode.FAILED)


def _is_sure(tenant: str) -> bool:
    return typer.confirm(f"Remove all of it for good? Tenant {tenant}", err=True)
