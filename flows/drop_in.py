"""Drop a file in by hand: the form that asks who brings it, and what it is to the nights."""

from __future__ import annotations

from typing import Any

from prefect import State

from flows.runs.arrival_order import wait_for_earlier
from flows.runs.flow import flow
from flows.runs.forms import FilePath, Hash, Person, TenantId
from flows.runs.hooks import run_cancelled, run_crashed, run_failed
from flows.runs.outcomes import combined
from flows.runs.states import ended
from flows.runs.taking import take_in
from tasks.arrivals import REFRESH, Arrival, Use, resolve
from tasks.stores import open_stores


@flow(
    name="drop-in",
    flow_run_name="{tenant} drop-in",
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
    on_cancellation=[run_cancelled],
)
async def drop_in(
    tenant: TenantId,
    path: FilePath,
    *,
    who: Person,
    use: Use = REFRESH,
    dry_run: bool = False,
    sha256: Hash = "",
) -> State[Any]:
    """Load a file by hand, now, whatever else brings the tenant's books.

    It passes the same reader, gates and controls as any other file, and replaces the year (or the
    period) that it is of. Who brought it, and when, is kept. Files that were dropped in before for
    the tenant are taken first.

    Args:
        tenant: Whose books: the tenant's id (small letters, digits, dashes), such as acme.
        path: The file: its full path, or its name in the tenant's inbox folder.
        who: Who brings the file; it is kept with it.
        use: Of a tenant whose system is asked every night. Refresh - the next night replaces the
            file by what the system has; source of this year - the nights keep the file until
            somebody says otherwise (pull with uploaded = overwrite).
        dry_run: Only show what would change; publish nothing.
        sha256: In no form. The hash of a file that the portal has already taken in.
    """
    arrival = Arrival(tenant, resolve(tenant, path), who, sha256, use=use)
    if not dry_run:
        await wait_for_earlier(tenant)
    with open_stores() as stores:
        found = combined(await take_in(stores, arrival, dry_run=dry_run))
    return ended(found.outcome, found.message)
